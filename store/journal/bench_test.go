package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"lytter/store/journal"
)

// BenchmarkAppend is durable appends of 2 KB bodies by so many callers at once, with what the slowest of a hundred waited.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			j, err := journal.Open(context.Background(), journal.Options{Path: filepath.Join(b.TempDir(), "journal.db")})
			if err != nil {
				b.Fatal(err)
			}
			body := make([]byte, 2048)
			took := make([][]time.Duration, callers)
			work := make(chan struct{}, callers)
			var all sync.WaitGroup
			b.ResetTimer()
			for i := range callers {
				all.Add(1)
				go func() {
					defer all.Done()
					for range work {
						begun := time.Now()
						_, err := j.Append(context.Background(), journal.Entry{
							Account: 1, Header: map[string]string{"Content-Type": "application/json"}, Body: body, At: begun,
						})
						if err != nil {
							b.Error(err)
							return
						}
						took[i] = append(took[i], time.Since(begun))
					}
				}()
			}
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			all.Wait()
			b.StopTimer()
			every := slices.Concat(took...)
			slices.Sort(every)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(every[len(every)*99/100].Microseconds()), "p99-µs")
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
