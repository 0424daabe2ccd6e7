// Package sandbox simulates Facebook, Instagram and X over real HTTP: the oracle that a social-media desk is tested against, and the
// world that its demonstration runs in.
//
// A Server has three listeners on loopback: the Graph API (for graph.facebook.com and, below /instagram, graph.instagram.com), the API v2
// of X (for api.x.com) and a control endpoint. It sends signed webhooks to the callbacks that are subscribed through those APIs, keeps a
// ledger of everything that exists and of everything that it delivered, and injects faults at the rates it is told. It is never kinder
// than the platforms: what they refuse it refuses, with their bodies.
//
// The package wires the parts: package ledger keeps the books, package fault rolls the dice, package city invents people and what they
// write; below internal are the two platforms and the delivery of webhooks. It imports no connector and no library of Meta's or X's:
// ids, signatures and bodies are written a second time, from the public documentation, so that a mistake in one of the two shows.
//
// What can be done to the world is a deed, and has one name as a POST of the control endpoint and as a step of a scenario (deeds.go).
// Type Client speaks to the endpoint in Go. docs/sandbox.md describes all of it, and what is not simulated.
//
// Invariants: a Server's goroutines end before Run returns; the same seed, clock and calls give the same history and the same faults.
package sandbox
