package volume

import "golang.org/x/sys/unix"

// networks are file systems whose files live on another machine (statfs(2), linux/magic.h). SQLite's write-ahead log needs memory shared
// by all who have the file open, and their locks are not to be relied on (sqlite.org/wal.html; "How To Corrupt An SQLite Database File").
var networks = map[int64]string{
	0x6969: "nfs", 0x517B: "smb", 0xFF534D42: "cifs", 0xFE534D42: "smb2", 0x01021997: "9p", 0x5346414F: "afs", 0x6B414653: "kafs",
	0x00C36400: "ceph", 0x73757245: "coda", 0x564C: "ncp", 0x0BD00BD0: "lustre", 0x47504653: "gpfs", 0x7461636F: "ocfs2", 0x01161970: "gfs2",
}

// Network names the network file system that a folder is on; "" if it is on none that is known.
func Network(dir string) (string, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return "", err
	}
	return networks[int64(uint32(s.Type))], nil
}
