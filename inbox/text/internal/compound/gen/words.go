package main

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// particles begin words and say nothing of what they are about; some are too common as chance beginnings.
var particles = strings.Fields(`ud ind op ned af an til for fra på over under mod med om mis gen sam frem bort hen ad bag efter før gennem
	igen imod mellem ved vide fore be ge er en et u tre fem seks syv otte ni ti to halv hel mer al alt kun per pro de den det der dem dig han
	hun jeg min sin din jo ja nej så da nu ham hans dens men hos end som var har hvor hver selv sig sit sin vi os si dis sub trans sur pur her nu
	der`)

// short are the words of two letters that compounds are made of. Others look like chance: they are in no table.
var short = struct{ first, last []string }{first: strings.Fields("by is sø øl æg el"), last: strings.Fields("by sø is øl æg kø")}

// never are words that are found by chance more often than in compounds, as the first or last part.
var never = struct{ first, last []string }{
	first: strings.Fields(`stat kon kom lin ter serv kult aks`),
	last: strings.Fields(`ion lig ing ling ning else hed dom inde ende ere ene erne ers ens ets
		ist isme tor ter ment tet ør er en et te ne fon ældning ist ting ter her age ring red
		man men led med hed lat ade tin lin kin mat min ten ton pan ping ant rat ler ber ker lit bel mer mis ren ode aks ver pen las sen den van`),
}

// moreFirsts are first parts that the dictionary lacks, and their joints.
var moreFirsts = map[string]int{
	"el": 0, "lad": 0, "pant": 0, "pante": 1, "fælled": 0, "pendler": 0, "rotte": 0,
	"spilde": 0, "beboer": 0, "omfarts": 1, "rund": 0, "nat": 0,
}

// moreLasts are last parts that the dictionary's own compounds do not show.
var moreLasts = strings.Fields(`kø licens`)

// alsoSimple are words that look like compounds of the dictionary's words by chance.
var alsoSimple = strings.Fields(`borgmester hærværk husband telefon kultur vejleder vejlede vejledning haveri`)

func mayBegin(word string) bool {
	if utf8.RuneCountInString(word) <= 2 {
		return slices.Contains(short.first, word)
	}
	return !slices.Contains(particles, word) && !slices.Contains(never.first, word)
}

func mayEnd(word string) bool {
	if utf8.RuneCountInString(word) <= 2 {
		return slices.Contains(short.last, word)
	}
	return !slices.Contains(never.last, word)
}
