package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Runes counts code points; a byte that is not UTF-8 counts as one.
func Runes(s string) int { return utf8.RuneCountInString(s) }

// Bytes counts bytes.
func Bytes(s string) int { return len(s) }

// xURLWeight is what every web address weighs, however long: X replaces it by a t.co address.
const xURLWeight = 23

// XWeight counts a text as X does; a post may weigh 280, or 25,000 with Premium. In NFC each code point weighs 2, but 1 in the ranges
// of Latin and its neighbours; a web address weighs 23 and an emoji 2. The @names that X puts before a reply by itself weigh nothing
// and must not be in s. Source: twitter-text configuration v3 and X's developer documentation, "Counting characters".
//
// X has the list of all top-level domains; here a domain without http:// counts as an address if its ending has two letters or is
// one of the common longer ones.
func XWeight(s string) int {
	s = norm.NFC.String(s)
	weight := 0
	prev := ' '
	tried := 0
	for i := 0; i < len(s); {
		if i >= tried && nameAt(s, i) {
			var end int
			if end, tried = xURL(s, i, prev); end > i {
				weight += xURLWeight
				prev, i = '/', end
				continue
			}
		}
		n := 1
		if s[i] >= utf8.RuneSelf || i+1 < len(s) && s[i+1] >= utf8.RuneSelf {
			n = clusterLen(s[i:])
		}
		weight += xClusterWeight(s[i : i+n])
		prev, _ = utf8.DecodeLastRuneInString(s[i : i+n])
		i += n
	}
	return weight
}

func xClusterWeight(cluster string) int {
	r, size := utf8.DecodeRuneInString(cluster)
	if startsEmoji(r, cluster[size:]) || size < len(cluster) && strings.HasSuffix(cluster, "\u20E3") {
		return 2
	}
	weight := 0
	for _, r := range cluster {
		switch {
		case r <= 0x10FF, 0x2000 <= r && r <= 0x200D, 0x2010 <= r && r <= 0x201F, 0x2032 <= r && r <= 0x2037:
			weight++
		default:
			weight += 2
		}
	}
	return weight
}

// xEndings are the common top-level domains of more than two letters.
var xEndings = map[string]bool{
	"com": true, "org": true, "net": true, "info": true, "biz": true, "edu": true, "gov": true, "mil": true, "int": true, "name": true,
	"pro": true, "mobi": true, "travel": true, "museum": true, "aero": true, "coop": true, "jobs": true, "asia": true, "app": true,
	"dev": true, "page": true, "blog": true, "shop": true, "store": true, "online": true, "site": true, "website": true, "tech": true,
	"cloud": true, "club": true, "live": true, "news": true, "media": true, "group": true, "social": true, "video": true, "space": true,
	"world": true, "today": true, "team": true, "design": true, "art": true, "xyz": true, "link": true, "email": true, "events": true,
}

// xURL returns where the address at i ends, i if there is none, and before which byte none begins.
func xURL(s string, i int, prev rune) (end, tried int) {
	host := i
	if n := hasFold(s[i:], "http://") + hasFold(s[i:], "https://"); n > 0 {
		host += n
	}
	scheme := host > i
	stop, label := hostEnd(s, host)
	tried = max(stop, i+1)
	if scheme {
		tried = host // a host without its scheme may still be one
	}
	before := "@＠$#＃"
	if !scheme {
		before += "-_./"
	}
	glued := 'a' <= prev|0x20 && prev|0x20 <= 'z' || '0' <= prev && prev <= '9' || strings.ContainsRune(before, prev)
	if glued || label == host || stop < len(s) && s[stop] == '@' {
		return i, tried
	}
	for part := range strings.SplitSeq(s[host:stop], ".") {
		if len(part) > 63 {
			return i, tried
		}
	}
	ending := strings.ToLower(s[label:stop])
	for _, r := range ending {
		if r < 'a' || 'z' < r && r < utf8.RuneSelf {
			return i, tried
		}
	}
	if len(ending) < 2 || !scheme && len(ending) != 2 && !xEndings[ending] {
		return i, tried
	}
	end = addressEnd(s, host, stop)
	return end, end
}
