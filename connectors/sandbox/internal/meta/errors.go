package meta

import (
	"crypto/rand"
	"fmt"
	"net/http"
)

// apiError is an error of the Graph API ("Graph API: handling errors").
type apiError struct {
	status    int
	message   string
	kind      string // type
	code      int
	subcode   int
	transient bool
}

func (e *apiError) Error() string {
	return fmt.Sprintf("graph error %d/%d: %s", e.code, e.subcode, e.message)
}

// body writes the error as the Graph does. The trace id is random: nothing can be learned from it.
func (e *apiError) body() object {
	err := object{{"message", e.message}, {"type", e.kind}, {"code", e.code}}
	if e.subcode != 0 {
		err = err.with("error_subcode", e.subcode)
	}
	if e.transient {
		err = err.with("is_transient", true)
	}
	return object{{"error", err.with("fbtrace_id", "A"+rand.Text()[:22])}}
}

const (
	oauthException  = "OAuthException"
	methodException = "GraphMethodException"
)

func oauthError(status, code, subcode int, format string, args ...any) *apiError {
	return &apiError{status: status, message: fmt.Sprintf(format, args...), kind: oauthException, code: code, subcode: subcode}
}

// badParameter is the wide code 100.
func badParameter(format string, args ...any) *apiError {
	return oauthError(http.StatusBadRequest, 100, 0, "(#100) "+format, args...)
}

// missing is what the Graph says of anything that is not there, not visible, or not meant for the method: it does not tell which.
func missing(method, id string) *apiError {
	return &apiError{
		status: http.StatusBadRequest, kind: methodException, code: 100, subcode: 33,
		message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, "+
			"or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
			method, id),
	}
}

func noField(name, nodeType string) *apiError {
	return badParameter("Tried accessing nonexisting field (%s) on node type (%s)", name, nodeType)
}

func unknownPath(path string) *apiError {
	return oauthError(http.StatusBadRequest, 2500, 0, "Unknown path components: %s", path)
}

func badToken(subcode int, format string, args ...any) *apiError {
	return oauthError(http.StatusBadRequest, 190, subcode, format, args...)
}

// notPermitted is the answer to a read that needs another permission or feature.
func notPermitted(scope string) *apiError {
	return oauthError(http.StatusForbidden, 10, 0, "(#10) This endpoint requires the '%s' permission or the 'Page Public Content Access' "+
		"feature. Refer to https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages and "+
		"https://developers.facebook.com/docs/apps/review/feature#reference-PAGES_ACCESS for details.", scope)
}

func notAllowed() *apiError {
	return oauthError(http.StatusForbidden, 200, 0, "(#200) Permissions error")
}

func pageTokenNeeded() *apiError {
	return oauthError(http.StatusForbidden, 210, 0, "(#210) A page access token is required to request this resource.")
}

func serviceDown() *apiError {
	return &apiError{
		status: http.StatusInternalServerError, kind: oauthException, code: 2, transient: true,
		message: "An unexpected error has occurred. Please retry your request later.",
	}
}

func unknownError() *apiError {
	return &apiError{status: http.StatusInternalServerError, kind: oauthException, code: 1, message: "An unknown error occurred"}
}
