package compound

import (
	_ "embed"
	"sync"
)

// danish.txt is derived from the Danish dictionary of Stavekontrolden; its licence stands at its top and in NOTICE. It is made by gen.
//
//go:embed danish.txt
var danish string

// Danish is the table of Danish, read when it is first asked for.
var Danish = sync.OnceValue(func() *Table {
	t, err := Parse(danish)
	if err != nil {
		panic(err) // it is a part of the program, and a test reads it
	}
	return t
})
