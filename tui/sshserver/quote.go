package sshserver

import (
	"strings"

	"lytter/inbox"
)

// Quote writes arguments as one line that Split cuts into the same arguments, whatever bytes they hold, and that any POSIX shell would
// cut the same.
func Quote(args []string) string {
	var b strings.Builder
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if a != "" && strings.IndexFunc(a, func(r rune) bool { return !plain(r) }) < 0 {
			b.WriteString(a)
			continue
		}
		b.WriteByte('\'')
		b.WriteString(strings.ReplaceAll(a, "'", `'\''`))
		b.WriteByte('\'')
	}
	return b.String()
}

// plain reports whether a character means itself outside of quotes, also to a shell.
func plain(r rune) bool {
	return letterOrDigit(r) || strings.ContainsRune("_-+=:,./@%", r)
}

// Split cuts a command line as a POSIX shell does, without expanding anything: by blanks, with '…' and "…", and with \ in front of one
// byte outside of single quotes. It works on bytes. A quotation that is not closed is an Error of code Invalid.
func Split(line string) ([]string, error) {
	var (
		args  []string
		word  []byte
		begun bool // a word has begun, if only with an empty quotation
		quote byte // the quotation that is open, or 0
	)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if begun {
				args, word, begun = append(args, string(word)), word[:0], false
			}
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'':
			if i++; i == len(line) {
				return nil, inbox.E(inbox.Invalid, "sshserver.Split", "ssh.quote")
			}
			if quote == '"' && !strings.ContainsRune("\"\\$`", rune(line[i])) {
				word = append(word, '\\')
			}
			word = append(word, line[i])
		default:
			word = append(word, c)
		}
		begun = true
	}
	if quote != 0 {
		return nil, inbox.E(inbox.Invalid, "sshserver.Split", "ssh.quote")
	}
	if begun {
		args = append(args, string(word))
	}
	return args, nil
}
