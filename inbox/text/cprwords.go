package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands around ten digits, and how much it says. A word that names the number settles it for whatever form it is written in; a word
// that names another number takes away what a form without a dash is worth.
const (
	named   = 3  // "cpr", "personnummer"
	hinted  = 1  // "født", "mit nummer", "min datter"
	counted = -2 // "ordrenr.", "tlf.", "kr."
	touched = -2 // by what makes them a part of something longer
	inRow   = -3 // of more digits
)

// How far is looked for words, in words before and behind, and in bytes.
const (
	wordsBefore  = 8
	othersBefore = 3 // a word that names another number stands close to it
	wordsBehind  = 4
	bytesBefore  = 160
	bytesBehind  = 80
)

// ofCPR are beginnings or parts of words that name the number.
var ofCPR = []string{"cpr", "personnum", "personnr", "personalnumber", "civilregistration"}

// ofPersons are words that speak for a number, if nothing speaks against it.
var ofPersons = wordSet(`født fødselsdag fødselsdato fødselsår fødselsnummer born birthday birthdate dob søn sønnen sønnens datter datteren datters
	barn barnet barnets børn børnene kone mand mor far morfar mormor farfar farmor son daughter child children wife husband mother father borger
	patient`)

// mine come before "nummer" where somebody tells their own.
var mine = wordSet(`mit min mine hans hendes vores vort deres dit my his her our your their`)

// numbers are words that say that a number comes, and not which.
var numbers = wordSet(`nr nummer nummeret numre numrene number numbers no num`)

// ofOthers are words that name another number: whole words.
var ofOthers = wordSet(`sag sagen sags case jnr journal ean gln cvr tlf tel telefon telefonen phone call ring fax sms konto kontoen reg iban bic
	swift bank faktura fakturaen invoice kunde customer booking bestilling order ordre ref reference tracking track pakke pakken parcel
	gls dao postnord medlem medlems member abonnement serie serial isbn issn imei vare varenr kvittering kode koden bilag sscc receipt ticket billet matrikel bfe måler
	aftale aftalenr version beløb beløbet pris price kr kroner dkk kl sku lotto indbetaling giro fik betalings elmåler kwh stregkode
	barcode`)

// othersBegin are beginnings of such words.
var othersBegin = []string{
	"sagsn", "sagsid", "ordre", "order", "journaln", "eann", "produktionsenhed", "telefon", "mobil", "kontonu", "konton", "faktura", "kunden",
	"booking", "bestillings", "referenc", "tracking", "pakken", "medlemsn", "abonnementsn", "serien", "varenu", "kvitterings", "billetn", "løben",
	"matrikel", "ejendoms", "målern", "installation", "aftalen", "betalings", "kreditor", "forsendelse", "registrerings", "stelnu", "steln", "artikeln",
	"pnr", "pnummer", "cvrn",
}

// units come directly behind an amount.
var units = wordSet(`kr kroner dkk eur euro stk mio mia pct procent km meter m kg views visninger likes`)

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// surroundings is how much what stands around the n runs of digits from the i-th says for or against them. follows says that a number ends
// right before them.
func surroundings(s string, gs []digits, i, n int, follows bool) int {
	start, end := gs[i].start, gs[i+n-1].end
	before, behind := s[max(0, start-bytesBefore):start], s[end:min(len(s), end+bytesBehind)]
	words := wordsOf(before, behind)
	score := words
	r, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case before == "":
	case unicode.IsLetter(r):
		if !isNamed(lastWord(before)) {
			score += touched
		}
	case strings.ContainsRune("_#@+€$£", r), r == '=' && words < named:
		score += touched
	}
	r, _ = utf8.DecodeRuneInString(behind)
	switch {
	case behind == "":
	case unicode.IsLetter(r):
		score--
	case r == '_', strings.HasPrefix(behind, ",-"), strings.HasPrefix(behind, "%"):
		score += touched
	}
	if inAddress(before) && words < named {
		score += touched
	}
	return score + beside(s, gs, i, n, follows)
}

// beside is how much the runs of digits before and behind speak against a number: it may be a part of a longer one.
func beside(s string, gs []digits, i, n int, follows bool) int {
	score := 0
	pairs := n >= 4 // one more pair, and it is a row of numbers
	if i > 0 && !follows {
		between := s[gs[i-1].end:gs[i].start]
		switch j := jointOf(between); {
		case j == apart:
		case j != spaced && !strings.Contains(between, " "), pairs && gs[i-1].n <= 2:
			score += inRow
		case gs[i-1].n == 4 && (n == 1 || jointOf(s[gs[i].end:gs[i+n-1].start]) == spaced): // a bank's number and an account's
			score += touched
		}
	}
	last := i + n - 1
	if last+1 == len(gs) || gs[last+1].n == 6 || gs[last+1].n == cprDigits { // another such number may follow
		return score
	}
	between := s[gs[last].end:gs[last+1].start]
	switch j := jointOf(between); {
	case between == "," && n == 1 && gs[last+1].n == 2, j > spaced && !strings.Contains(between, " "), pairs && j == spaced && gs[last+1].n == 2:
		score += inRow
	}
	return score
}

// wordsOf is how much the words before and behind say.
func wordsOf(before, behind string) int {
	score := 0
	n, digitsBetween := 0, 0
	var word, nearer string // nearer is the one between it and the number
	ended := false          // a sentence or a line, between the word and the number
	for end := len(before); end > 0 && n < wordsBefore; {
		r, size := utf8.DecodeLastRuneInString(before[:end])
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			begin := end
			for begin > 0 {
				r, size := utf8.DecodeLastRuneInString(before[:begin])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					break
				}
				begin -= size
			}
			word, nearer = strings.ToLower(before[begin:end]), word
			end = begin
			n++
			switch {
			case isNamed(word):
				return named
			case n <= othersBefore && digitsBetween < 4 && !ended && isOther(word, nearer):
				return counted
			case ofPersons[word] || numbers[nearer] && mine[word]:
				score = hinted
			}
			continue
		case isDigit(r):
			digitsBetween++
		case r == '\n', r == '?', r == '!':
			ended = true
		}
		end -= size
	}
	if n := wordsOfBehind(behind); n != 0 {
		return n
	}
	return score
}

// wordsOfBehind looks at the rest of the sentence.
func wordsOfBehind(s string) int {
	n, is := 0, false
	for i := 0; i < len(s) && n < wordsBehind; {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) {
			if strings.ContainsRune(".!?;\n", r) || isDigit(r) {
				return 0
			}
			i += size
			continue
		}
		end := i
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if !unicode.IsLetter(r) && !unicode.IsMark(r) {
				break
			}
			end += size
		}
		w := strings.ToLower(s[i:end])
		n++
		switch {
		case isNamed(w):
			return named
		case n == 1 && units[w], is && isOther(w, ""):
			return counted
		case n == 1:
			is = w == "er" || w == "is" || w == "var" || w == "was"
		}
		i = end
	}
	return 0
}

func isNamed(w string) bool {
	for _, p := range ofCPR {
		if strings.Contains(w, p) {
			return true
		}
	}
	return false
}

// isOther reports whether a word names another number; nearer is the word that follows it.
func isOther(w, nearer string) bool {
	if ofOthers[w] || (w == "p" || w == "se") && numbers[nearer] {
		return true
	}
	for _, p := range othersBegin {
		if strings.HasPrefix(w, p) {
			return true
		}
	}
	return false
}

func lastWord(s string) string {
	i := strings.LastIndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if i < 0 {
		return strings.ToLower(s)
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return strings.ToLower(s[i+size:])
}

// inAddress reports whether what follows a text is a part of an address on the web.
func inAddress(before string) bool {
	i := strings.LastIndexFunc(before, func(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == '<' || r == '"' })
	w := strings.ToLower(before[i+1:])
	return strings.Contains(w, "://") || strings.HasPrefix(w, "www.") || strings.Contains(w, ".dk/") || strings.Contains(w, ".com/")
}
