package classify

import (
	"math"

	"lytter/inbox"
)

// sure is 1.96 standard errors: 19 of 20 cases.
const sure = 1.959964

// wilson gives the interval in which a share lies in 19 of 20 cases when k of n that were drawn have it (E. B. Wilson, Journal of the
// American Statistical Association 22, 1927). It holds where k is small, too.
func wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m, zz := float64(k)/float64(n), float64(n), sure*sure
	mid, half := p+zz/(2*m), sure*math.Sqrt(p*(1-p)/m+zz/(4*m*m))
	return max(0, (mid-half)/(1+zz/m)), min(1, (mid+half)/(1+zz/m))
}

// estimate adds to what was counted what k of n draws say of all of ids.
func estimate(counted int64, k, n int, ids int64) inbox.Estimate {
	if n == 0 {
		return inbox.Estimate{N: counted, Low: counted, High: counted + ids}
	}
	low, high := wilson(k, n)
	of := func(share float64) int64 { return counted + int64(math.Round(share*float64(ids))) }
	e := inbox.Estimate{N: of(float64(k) / float64(n)), Low: of(low), High: of(high)}
	e.Low = max(e.Low, counted+int64(k)) // those that were drawn are there
	return e
}

func certain(n int64) inbox.Estimate { return inbox.Estimate{N: n, Low: n, High: n, Exact: true} }
