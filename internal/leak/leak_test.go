package leak

import (
	"strings"
	"testing"
	"time"
)

// Who is about to end is waited for, and who stays is named.
func TestNone(t *testing.T) {
	go time.Sleep(time.Second) // longer than the library waits
	if err := None(); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	if code := Check(func() int { return 3 }); code != 3 {
		t.Errorf("tests that fail: %d", code)
	}
	if code := Check(func() int { return 0 }); code != 0 {
		t.Errorf("tests that leave nothing: %d", code)
	}
}

func TestWhoStays(t *testing.T) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		<-end
	}()
	err := none(100 * time.Millisecond)
	close(end)
	<-ended
	if err == nil || !strings.Contains(err.Error(), "TestWhoStays") {
		t.Errorf("%v", err)
	}
}
