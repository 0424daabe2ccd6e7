package main

import "github.com/rogpeppe/go-internal/testscript"

func cmdTTY(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there are no terminals of that kind here")
}

func cmdHostile(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there are no terminals of that kind here")
}
