package lax

import (
	"encoding/json"
	"testing"
	"time"
)

func TestValues(t *testing.T) {
	type all struct {
		T Text `json:"t"`
		N Int  `json:"n"`
		B Bool `json:"b"`
		W Time `json:"w"`
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	sunday := at("2026-11-22T05:57:45Z")
	for in, want := range map[string]all{
		`{"t":"a","n":1,"b":true,"w":1795327065}`:                        {"a", 1, true, Time{sunday}},
		`{"t":19244655061588789790,"n":"7","b":"true","w":"1795327065"}`: {"19244655061588789790", 7, true, Time{sunday}},
		`{"t":"\u00e6\/","n":1.0,"b":1,"w":1795327065123}`:               {"æ/", 1, true, Time{at("2026-11-22T05:57:45.123Z")}},
		`{"t":null,"n":null,"b":null,"w":null}`:                          {},
		`{"t":{"a":1},"n":[],"b":{},"w":{}}`:                             {},
		`{"t":true,"n":"x","b":"no","w":"x"}`:                            {T: "true"},
		`{"w":"2026-11-22T05:57:45+0000"}`:                               {W: Time{sunday}},
		`{"w":"2026-11-22T06:57:45+01:00"}`:                              {W: Time{sunday}},
		`{"w":"2026-11-22T05:57:45.000Z"}`:                               {W: Time{sunday}},
		`{"w":"Sun Nov 22 05:57:45 +0000 2026"}`:                         {W: Time{sunday}},
		`{"w":-5,"n":9e99,"t":"æ"}`:                                      {T: "æ"},
		`{"w":999999999999999999999}`:                                    {},
		`{"w":"9999-12-31T23:59:59-1200"}`:                               {},
		`{"t":"tab\tin \"quotes\""}`:                                     {T: "tab\tin \"quotes\""},
		`{"t":"","n":"","b":"","w":""}`:                                  {},
		`{"t":"ends in \\"}`:                                             {T: `ends in \`},
	} {
		var got all
		if err := json.Unmarshal([]byte(in), &got); err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if got.T != want.T || got.N != want.N || got.B != want.B || !got.W.Equal(want.W.Time) {
			t.Errorf("%s: %+v; want %+v", in, got, want)
		}
	}
}

func TestAListIsAsLongAsWhatCanBeRead(t *testing.T) {
	type one struct {
		N Int `json:"n"`
	}
	for in, want := range map[string]int{`[{"n":1},3,"x",{"n":2},[],{}]`: 3, `[]`: 0, `null`: 0, `{}`: 0, `3`: 0} {
		var got struct {
			List List[one] `json:"list"`
			Rest Text      `json:"rest"`
		}
		if err := json.Unmarshal([]byte(`{"list":`+in+`,"rest":"is read"}`), &got); err != nil || len(got.List) != want || got.Rest == "" {
			t.Errorf("%s: %+v, %v; want %d", in, got, err, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(`"a\u00e6\n"`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Text
		if json.Unmarshal(b, &got) != nil {
			return
		}
		var want string
		if json.Unmarshal(b, &want) == nil && string(b) != "null" && string(got) != want {
			t.Errorf("%q: %q; want %q", b, got, want)
		}
		var w Time
		if err := json.Unmarshal(b, &w); err != nil {
			t.Error(err)
		}
		if _, err := json.Marshal(w.Time); err != nil {
			t.Errorf("%q: a time that cannot be written: %v", b, err)
		}
	})
}
