package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Permissions ("Permissions reference for Meta technologies").
const (
	scopePages             = "pages_show_list"
	scopeMetadata          = "pages_manage_metadata"
	scopeEngagement        = "pages_read_engagement"
	scopeUserContent       = "pages_read_user_content"
	scopeManage            = "pages_manage_engagement"
	scopeMessaging         = "pages_messaging"
	scopeInstagram         = "instagram_basic"
	scopeInstagramComments = "instagram_manage_comments"
)

// Proof is the appsecret_proof of a token ("Graph API: securing requests").
func Proof(appSecret, token string) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// authenticate finds out whose call it is. The caller holds the lock for reading.
func (g *Graph) authenticate(r *http.Request, req *request) *apiError {
	value := req.param("access_token")
	if value == "" {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth") {
			value = strings.TrimSpace(token)
		}
	}
	if value == "" {
		if req.id() == "me" {
			return oauthError(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
		}
		return oauthError(http.StatusBadRequest, 104, 0, "An access token is required to request this resource.")
	}
	if id, secret, ok := strings.Cut(value, "|"); ok {
		a := g.apps[id]
		if a == nil || !hmac.Equal([]byte(secret), []byte(a.Secret)) {
			return badToken(0, "Invalid OAuth access token signature.")
		}
		req.app, req.appOnly, req.token = a, true, &Token{Value: value, Kind: "APP", App: a.ID}
	} else {
		req.token = g.tokens[value]
		if err := g.tokenAlive(req.token); err != nil {
			return err
		}
		req.app = g.apps[req.token.App]
	}
	if req.instagram != (req.token.Kind == InstagramToken) { // each of the two hosts knows its own tokens alone
		return badToken(0, "Invalid OAuth access token - Cannot parse access token")
	}
	return checkProof(req)
}

// tokenAlive says why a token does not work. A nil token is an unknown one.
func (g *Graph) tokenAlive(t *Token) *apiError {
	now := g.deps.Now()
	switch {
	case t == nil:
		return badToken(0, "Invalid OAuth access token - Cannot parse access token")
	case t.Dead == 458:
		return badToken(458, "Error validating access token: The user has not authorized application %s.", t.App)
	case t.Dead == 460:
		return badToken(460, "Error validating access token: The session has been invalidated because the user changed their password or "+
			"Facebook has changed the session for security reasons.")
	case t.Dead != 0:
		return badToken(t.Dead, "Error validating access token: The session is invalid.")
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		const form = "Monday, 02-Jan-06 15:04:05 MST"
		return badToken(463, "Error validating access token: Session has expired on %s. The current time is %s.",
			t.Expires.UTC().Format(form), now.UTC().Format(form))
	case !t.DataExpire.IsZero() && !now.Before(t.DataExpire):
		return badToken(0, "Error validating access token: Data access has expired.")
	}
	return nil
}

func checkProof(req *request) *apiError {
	proof := req.param("appsecret_proof")
	if proof == "" {
		if req.app.RequireProof && !req.appOnly {
			return &apiError{
				status: http.StatusBadRequest, kind: methodException, code: 100,
				message: "API calls from the server require an appsecret_proof argument",
			}
		}
		return nil
	}
	if !hmac.Equal([]byte(proof), []byte(Proof(req.app.Secret, req.token.Value))) {
		return &apiError{
			status: http.StatusBadRequest, kind: methodException, code: 100,
			message: "Invalid appsecret_proof provided in the API argument",
		}
	}
	return nil
}

// has reports whether the token was granted a permission.
func (req *request) has(scope string) bool { return slices.Contains(req.token.Scopes, scope) }

// reaches reports whether the token belongs to somebody with a role on the page.
func (req *request) reaches(pg *page) bool { return slices.Contains(req.token.Pages, pg.ID) }

// mayRead checks a read below a page. What lies on a page out of reach does not exist for the caller.
func (req *request) mayRead(pg *page, id, scope string) *apiError {
	if !req.reaches(pg) {
		return missing("get", id)
	}
	if !req.has(scope) {
		return notPermitted(scope)
	}
	return nil
}

// mayWrite checks a write as the page: that takes the page's own token.
func (req *request) mayWrite(pg *page, id, scope string) *apiError {
	if !req.reaches(pg) {
		return missing(strings.ToLower(req.method), id)
	}
	if req.token.Kind != PageToken {
		return pageTokenNeeded()
	}
	if !req.has(scope) {
		return notAllowed()
	}
	return nil
}

// mayUseInstagram checks a call on a profile: a token of the linked page or of somebody with a role on it.
func (req *request) mayUseInstagram(pr *profile, id, scope string) *apiError {
	reaches := req.reaches(pr.page) && pr.Login != InstagramLogin
	if req.instagram {
		reaches, scope = req.token.Profile == pr.ID, businessScope(scope)
	}
	if !reaches {
		return missing(strings.ToLower(req.method), id)
	}
	if !req.has(scope) {
		return oauthError(http.StatusForbidden, 10, 0, "(#10) Application does not have permission for this action")
	}
	return nil
}

// debugToken answers GET /debug_token: with the app's own token, about any token of that app.
func (g *Graph) debugToken(req *request) (any, *apiError) {
	input := req.param("input_token")
	if input == "" {
		return nil, badParameter("The parameter input_token is required.")
	}
	if !req.appOnly {
		return nil, badParameter("You must provide an app access token, or a user access token that is an owner or developer of the app")
	}
	t := g.tokens[input]
	if t != nil && t.App != req.app.ID {
		return nil, badParameter("The App_id in the input_token did not match the Viewing App")
	}
	if t == nil {
		return object{{"data", object{
			{"error", object{{"code", 190}, {"message", "Invalid OAuth access token - Cannot parse access token"}}},
			{"is_valid", false},
			{"scopes", list{}},
		}}}, nil
	}
	data := object{{"app_id", t.App}, {"type", t.Kind}, {"application", req.app.Name}}
	data = data.with("data_access_expires_at", unixOrZero(t.DataExpire))
	if err := g.tokenAlive(t); err != nil {
		data = data.with("error", object{{"code", err.code}, {"message", err.message}, {"subcode", err.subcode}})
		data = data.with("expires_at", unixOrZero(t.Expires)).with("is_valid", false)
	} else {
		data = data.with("expires_at", unixOrZero(t.Expires)).with("is_valid", true)
	}
	if !t.Issued.IsZero() {
		data = data.with("issued_at", t.Issued.Unix())
	}
	if t.Kind == PageToken {
		data = data.with("profile_id", t.Pages[0])
	}
	granular := list{}
	for _, s := range t.Scopes {
		granular = append(granular, object{{"scope", s}, {"target_ids", slices.Clone(t.Pages)}})
	}
	data = data.with("scopes", slices.Clone(t.Scopes)).with("granular_scopes", granular)
	return object{{"data", data.with("user_id", t.User)}}, nil
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
