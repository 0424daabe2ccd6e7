package bench

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// cels is google/cel-go, rule by rule.
type cels struct {
	programs []cel.Program
	messages []map[string]any
}

func newCELs(tb testing.TB, r *rules) peer {
	tb.Helper()
	env, err := cel.NewEnv(
		cel.Variable("Channel", cel.IntType), cel.Variable("Text", cel.StringType), cel.Variable("Spots", cel.DynType),
		cel.Variable("Has", cel.MapType(cel.StringType, cel.BoolType)),
		cel.Function("apart", cel.Overload("apart_spots",
			[]*cel.Type{cel.DynType, cel.ListType(cel.StringType), cel.ListType(cel.StringType), cel.IntType, cel.IntType}, cel.BoolType,
			cel.FunctionBinding(apartCEL))),
	)
	if err != nil {
		tb.Fatal(err)
	}
	p := &cels{}
	d := dialect{and: " && ", or: " || ", not: "!(%s)", contains: "Text.contains(%q)"}
	for _, b := range r.bound {
		ast, issues := env.Compile(stated(tb, d, b))
		if issues.Err() != nil {
			tb.Fatal(issues.Err())
		}
		program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			tb.Fatal(err)
		}
		p.programs = append(p.programs, program)
	}
	for _, m := range r.messages() {
		has := make(map[ref.Val]ref.Val, len(m.Has)) // what it is quickest with
		for k := range m.Has {
			has[types.String(k)] = types.True
		}
		p.messages = append(p.messages, map[string]any{
			"Channel": types.Int(m.Channel), "Text": types.String(m.Text), "Spots": types.DefaultTypeAdapter.NativeToValue(m.Spots),
			"Has": types.NewRefValMap(types.DefaultTypeAdapter, has),
		})
	}
	return p
}

// apartCEL is apart for CEL.
func apartCEL(args ...ref.Val) ref.Val {
	words := func(v ref.Val) (out []any) {
		for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
			out = append(out, it.Next().Value())
		}
		return out
	}
	yes, err := apart(args[0].Value(), words(args[1]), words(args[2]), int(args[3].(types.Int)), int(args[4].(types.Int)))
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(yes.(bool))
}

func (p *cels) matches(tb testing.TB, i int, dst []int32) []int32 {
	tb.Helper()
	for q, program := range p.programs {
		yes, _, err := program.Eval(p.messages[i])
		if err != nil {
			tb.Fatal(err)
		}
		if yes == types.True {
			dst = append(dst, int32(q))
		}
	}
	return dst
}
