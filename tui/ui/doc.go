// Package ui is a small toolkit for calm terminal screens: a theme, a layout, a list, a thread of blocks, an editor, dialogs, a palette,
// help and a status line, and a guard over the bytes that leave for the terminal.
//
// It knows no inbox: rows, blocks, items and labels come from the caller, in the language of the caller's user. It does no input or
// output (the guard only passes on), starts no goroutine and reads no clock; where time matters the caller passes it.
//
// # Invariants
//
//   - Content is text.Safe. Outside text cannot reach a widget without having been cleaned, and [Guard] stands behind that.
//   - A widget draws [Lines]: exactly the asked number of lines, each exactly as many cells wide as asked, its styles closed at its end.
//     Frames are put together by joining strings; nothing is measured twice.
//   - Cells are counted by the method of the session's renderer ([Look].Method), never by another one, so that dividers stay straight.
//   - Colours and glyphs only ever repeat what a word says. The theme named None has no colour and ASCII glyphs are a choice of their
//     own.
//   - A cursor is held by key, not by position: what others insert or remove never moves it to another row.
//   - What a row or block looked like is remembered by (key, version, width, theme), so a frame costs what changed in it.
//   - Nothing here is global. A [Theme] is immutable and may be shared; every other value belongs to one session and one goroutine,
//     except [Guard], which may be written to by several.
//
// Widgets are plain structs with methods, not tea.Models: the one model of a session routes keys to them and joins their lines. See the
// example of [Layout.Compose].
package ui
