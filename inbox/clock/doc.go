// Package clock is working-time arithmetic: opening hours, closing days and Danish holidays. It is pure: it reads no clock.
package clock
