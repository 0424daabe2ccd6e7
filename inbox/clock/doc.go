// Package clock is working-time arithmetic: opening hours, closing days and the public holidays of Denmark, and from them the instant
// at which so much open time has passed. It is pure: it reads no clock and keeps no state, and it knows no queue and no message.
//
// A calendar speaks of the local clock on the wall: it is open at an instant iff the wall shows an open time of an open day. Where
// the clock is put forward an opening across the gap is shorter, where it is put back it is longer, and what it shows twice is open
// twice. Open time itself is real time.
//
// # Invariants
//
//   - Between is additive: Between(a,b) + Between(b,c) == Between(a,c), in any order of the three.
//   - Add gives the earliest instant: Between(t, Add(t, d)) == d, and no instant before it has that.
//   - Add(Add(t, d), e) == Add(t, d+e); Add is monotone in both.
//   - Spans are maximal, apart and in order, and their sum is Between.
//   - Parse(c.String()) gives c.
package clock
