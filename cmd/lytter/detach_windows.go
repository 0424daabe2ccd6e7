package main

import (
	"os/exec"
	"syscall"
)

// detach keeps a Ctrl+C at the terminal from the child: the parent ends it when it is done with it.
func detach(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
