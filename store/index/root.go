package index

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// checkRoot reads all of root.bolt, the file in which Bleve keeps what its segments are, before Bleve does: in a goroutine that survives
// what a damaged page leads to, which Bleve's own would not.
func checkRoot(dir string) (err error) {
	defer guard(&err)()
	file := filepath.Join(dir, "root.bolt")
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	db, err := bolt.Open(file, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer func() {
		if cerr := db.Close(); err == nil {
			err = cerr
		}
	}()
	return db.View(func(tx *bolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("%w: %s is cut off", errDamaged, file)
		}
		return tx.ForEach(func(_ []byte, b *bolt.Bucket) error { return readBucket(b, 0) })
	})
}

// maxNested is more than Bleve nests its buckets.
const maxNested = 8

func readBucket(b *bolt.Bucket, depth int) error {
	if b == nil || depth > maxNested {
		return fmt.Errorf("%w: root.bolt", errDamaged)
	}
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			return readBucket(b.Bucket(k), depth+1)
		}
		return nil
	})
}
