// Package tap prints results in the Test Anything Protocol, version 13: as much of the interface as the validation
// programs of the OCI runtime tools call, since Debian has no package of the library that they are written for.
package tap

import (
	"encoding/json"
	"fmt"
	"strings"
)

// T counts the results that it prints.
type T struct {
	count *int
	mark  string
}

// New returns a T that has printed nothing.
func New() *T { return &T{count: new(int)} }

// Header begins the output; with a count of zero the plan comes last, from AutoPlan.
func (t *T) Header(count int) {
	fmt.Println("TAP version 13")
	if count > 0 {
		fmt.Printf("1..%d\n", count)
	}
}

// Ok prints one result.
func (t *T) Ok(passed bool, description string) {
	*t.count++
	if !passed {
		fmt.Print("not ")
	}
	fmt.Printf("ok %d - %s%s\n", *t.count, description, t.mark)
}

// Pass and Fail print a result that is known.
func (t *T) Pass(description string) { t.Ok(true, description) }
func (t *T) Fail(description string) { t.Ok(false, description) }

// Todo is a T whose results count as passed in any case.
func (t *T) Todo() *T { return &T{t.count, " # TODO"} }

// Skip prints results that could not be had.
func (t *T) Skip(count int, description string) {
	for i := 0; i < count; i++ {
		*t.count++
		fmt.Printf("ok %d # SKIP %s\n", *t.count, description)
	}
}

// AutoPlan prints how many results there were.
func (t *T) AutoPlan() { fmt.Printf("1..%d\n", *t.count) }

// Diagnostic prints a comment.
func (t *T) Diagnostic(message string) {
	fmt.Println("# " + strings.ReplaceAll(message, "\n", "\n# "))
}

// Diagnosticf prints a formatted comment.
func (t *T) Diagnosticf(format string, values ...interface{}) {
	t.Diagnostic(fmt.Sprintf(format, values...))
}

// YAML prints what belongs to the last result; JSON is YAML.
func (t *T) YAML(value interface{}) error {
	content, err := json.MarshalIndent(value, "    ", "  ")
	if err == nil {
		fmt.Printf("  ---\n    %s\n  ...\n", content)
	}
	return err
}
