package xapi

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lytter/connectors/sandbox/fault"
)

const (
	maxBody = 1 << 20
	maxForm = 6 << 20 // of a form with a piece of a file
)

// bodyBound is how long a body may be.
func bodyBound(r *http.Request) int64 {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return maxForm
	}
	return maxBody
}

// call is one request to an endpoint, authenticated and paid for.
type call struct {
	r     *http.Request
	who   *caller
	query url.Values
	body  []byte
}

// endpoint is what an address of the API takes and does.
type endpoint struct {
	op     string
	auth   []string // ways to authenticate
	scopes []string // that an OAuth 2.0 user token needs
	params []string // allowed in the query
	handle func(c *call) (status int, body any, p *problem)
}

var (
	anyAuth  = []string{appOnly, userOAuth1, userOAuth2}
	userAuth = []string{userOAuth1, userOAuth2}
	appAuth  = []string{appOnly}

	readScopes  = []string{"tweet.read", "users.read"}
	writeScopes = []string{"tweet.read", "tweet.write", "users.read"}

	moderateScopes = []string{"tweet.read", "users.read", "tweet.moderate.write"}
	likeScopes     = []string{"tweet.read", "users.read", "like.write"}
	dmScopes       = []string{"dm.read", "tweet.read", "users.read"}
	dmWriteScopes  = []string{"dm.read", "dm.write", "tweet.read", "users.read"}
	mediaScopes    = []string{"media.write"}
	activityScopes = []string{"tweet.read", "users.read", "dm.read", "dm.write"}

	userParams  = []string{"user.fields", "tweet.fields", "post.fields", "expansions"}
	tweetParams = append([]string{"media.fields", "poll.fields", "place.fields"}, userParams...)
	pageParams  = append([]string{"since_id", "until_id", "max_results", "pagination_token", "start_time", "end_time"}, tweetParams...)

	searchParams = append([]string{"query", "next_token", "sort_order"}, pageParams...)
	dmParams     = []string{
		"max_results", "pagination_token", "event_types", "dm_event.fields", "expansions", "media.fields", "user.fields", "tweet.fields", "post.fields",
	}
	timelineParams = append([]string{"exclude"}, pageParams...)
)

// Handler serves the API v2 and the token endpoint of app-only tokens.
func (x *X) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, e := range map[string]endpoint{
		"GET /2/users/{id}/mentions":                  {OpMentions, anyAuth, readScopes, pageParams, x.getMentions},
		"GET /2/users/{id}/tweets":                    {OpTimeline, anyAuth, readScopes, timelineParams, x.getTimeline},
		"GET /2/users/me":                             {OpMe, userAuth, readScopes, userParams, x.getMe},
		"GET /2/users/{id}":                           {OpUsers, anyAuth, readScopes, userParams, x.getUser},
		"GET /2/users/by/username/{username}":         {OpUsers, anyAuth, readScopes, userParams, x.getUserByName},
		"GET /2/users":                                {OpUsers, anyAuth, readScopes, append([]string{"ids"}, userParams...), x.getUsers},
		"GET /2/tweets":                               {OpTweets, anyAuth, readScopes, append([]string{"ids"}, tweetParams...), x.getTweets},
		"GET /2/tweets/{id}":                          {OpTweets, anyAuth, readScopes, tweetParams, x.getTweet},
		"POST /2/tweets":                              {OpCreate, userAuth, writeScopes, nil, x.createTweet},
		"DELETE /2/tweets/{id}":                       {OpDelete, userAuth, writeScopes, nil, x.deleteTweet},
		"PUT /2/tweets/{id}/hidden":                   {OpHide, userAuth, moderateScopes, nil, x.hideTweet},
		"POST /2/webhooks":                            {OpWebhooks, appAuth, nil, nil, x.createWebhook},
		"GET /2/webhooks":                             {OpWebhooks, appAuth, nil, []string{"webhook_config.fields"}, x.listWebhooks},
		"PUT /2/webhooks/{id}":                        {OpWebhooks, appAuth, nil, nil, x.validateWebhook},
		"DELETE /2/webhooks/{id}":                     {OpWebhooks, appAuth, nil, nil, x.deleteWebhook},
		"GET /2/tweets/search/recent":                 {OpSearch, anyAuth, readScopes, searchParams, x.searchRecent},
		"POST /2/users/{id}/likes":                    {OpLike, userAuth, likeScopes, nil, x.like},
		"DELETE /2/users/{id}/likes/{tweet}":          {OpLike, userAuth, likeScopes, nil, x.unlike},
		"GET /2/dm_events":                            {OpDirects, userAuth, dmScopes, dmParams, x.getDirects},
		"GET /2/dm_conversations/with/{id}/dm_events": {OpDirects, userAuth, dmScopes, dmParams, x.getDirectsWith},
		"GET /2/dm_conversations/{id}/dm_events":      {OpDirects, userAuth, dmScopes, dmParams, x.getDirectsOf},
		"POST /2/dm_conversations/with/{id}/messages": {OpMessage, userAuth, dmWriteScopes, nil, x.messageTo},
		"POST /2/dm_conversations/{id}/messages":      {OpMessage, userAuth, dmWriteScopes, nil, x.messageInto},
		"DELETE /2/dm_events/{id}":                    {OpDelete, userAuth, dmWriteScopes, nil, x.deleteDirect},
		"POST /2/media/upload/initialize":             {OpUpload, userAuth, mediaScopes, nil, x.beginUpload},
		"POST /2/media/upload/{id}/append":            {OpUpload, userAuth, mediaScopes, nil, x.appendUpload},
		"POST /2/media/upload/{id}/finalize":          {OpUpload, userAuth, mediaScopes, nil, x.finishUpload},
		"GET /2/media/upload":                         {OpUpload, userAuth, mediaScopes, []string{"command", "media_id"}, x.getUpload},
		"POST /2/media/metadata":                      {OpUpload, userAuth, mediaScopes, nil, x.describeUpload},
		"POST /2/users/{id}/dm/block":                 {OpDMBlock, userAuth, dmWriteScopes, nil, x.blockDirects},
		"POST /2/users/{id}/dm/unblock":               {OpDMBlock, userAuth, dmWriteScopes, nil, x.unblockDirects},
		"POST /2/activity/subscriptions":              {OpActivity, anyAuth, nil, nil, x.createActivity},
		"GET /2/activity/subscriptions":               {OpActivity, anyAuth, nil, []string{"max_results", "pagination_token"}, x.listActivity},
		"PUT /2/activity/subscriptions/{id}":          {OpActivity, appAuth, nil, nil, x.updateActivity},
		"DELETE /2/activity/subscriptions/{id}":       {OpActivity, appAuth, nil, nil, x.deleteActivity},
		"POST /2/webhooks/replay":                     {OpReplay, appAuth, nil, nil, x.replay},
		"GET /2/account_activity/subscriptions/count": {OpSubscriptions, appAuth, nil, nil, x.countSubscriptions},
		"POST /2/account_activity/webhooks/{id}/subscriptions/all": {
			OpSubscriptions, userAuth, activityScopes, nil, x.subscribe,
		},
		"GET /2/account_activity/webhooks/{id}/subscriptions/all": {
			OpSubscriptions, userAuth, activityScopes, nil, x.checkSubscription,
		},
		"GET /2/account_activity/webhooks/{id}/subscriptions/all/list":      {OpSubscriptions, appAuth, nil, nil, x.listSubscriptions},
		"DELETE /2/account_activity/webhooks/{id}/subscriptions/{user}/all": {OpSubscriptions, appAuth, nil, nil, x.unsubscribe},
	} {
		mux.Handle(pattern, x.serve(e))
	}
	mux.HandleFunc("POST /oauth2/token", x.appToken)
	mux.HandleFunc("GET /i/oauth2/authorize", x.authorize)
	mux.HandleFunc("POST /2/oauth2/token", x.userToken)
	mux.HandleFunc("POST /2/oauth2/revoke", x.revokeToken)
	mux.HandleFunc("/1.1/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusForbidden, "application/json", noLegacy())
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, notFound()) })
	return mux
}

// serve does what all endpoints have in common: who calls, may they, have they asked too often, are the parameters known.
func (x *X) serve(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, p := x.answer(w, r, e)
		if p != nil {
			writeProblem(w, p)
			return
		}
		writeJSON(w, status, "application/json", x.renamed(body))
	})
}

func (x *X) answer(w http.ResponseWriter, r *http.Request, e endpoint) (int, any, *problem) {
	c := &call{r: r, query: r.URL.Query()}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBound(r))); err != nil {
		return 0, nil, plain(http.StatusBadRequest, "Bad Request", "The request body could not be read.")
	}
	var form url.Values
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err = url.ParseQuery(string(c.body)); err != nil {
			return 0, nil, unauthorized()
		}
	}
	var p *problem
	x.mu.RLock()
	c.who, p = x.authenticate(r, form)
	x.mu.RUnlock()
	if p != nil {
		return 0, nil, p
	}
	if !slices.Contains(e.auth, c.who.kind()) {
		return 0, nil, unsupportedAuth(c.who.kind(), e.auth...)
	}
	if !c.who.may(e.scopes...) {
		return 0, nil, forbidden("Forbidden")
	}
	if p := x.charge(w.Header(), e.op, r.Pattern, c.who); p != nil {
		return 0, nil, p
	}
	for name := range c.query {
		if !slices.Contains(e.params, name) {
			return 0, nil, invalid(name, c.query.Get(name), "The query parameter ["+name+"] is not one of ["+strings.Join(e.params, ",")+"]")
		}
	}
	return e.handle(c)
}

// lost reports whether the caller will hear of this call's effect, for the ledger.
func (c *call) lost() bool { return fault.AnswerLost(c.r.Context()) }

// appToken gives out the app-only bearer token (docs.x.com, "OAuth 2.0 Bearer Token").
func (x *X) appToken(w http.ResponseWriter, r *http.Request) {
	key, secret, ok := r.BasicAuth()
	key, errKey := url.QueryUnescape(key)
	secret, errSecret := url.QueryUnescape(secret)
	body, errBody := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	form, errForm := url.ParseQuery(string(body))
	if !ok || errKey != nil || errSecret != nil || key != x.cfg.ConsumerKey || secret != x.cfg.ConsumerSecret {
		writeJSON(w, http.StatusForbidden, "application/json", map[string]any{"errors": []map[string]any{
			{"code": 99, "message": "Unable to verify your credentials", "label": "authenticity_token_error"},
		}})
		return
	}
	if errBody != nil || errForm != nil || form.Get("grant_type") != "client_credentials" {
		writeJSON(w, http.StatusForbidden, "application/json", map[string]any{"errors": []map[string]any{
			{"code": 170, "message": "Missing required parameter: grant_type", "label": "forbidden_missing_parameter"},
		}})
		return
	}
	// X gives the token in its percent-encoded form, which is how it is sent as well.
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"token_type": "bearer", "access_token": x.cfg.BearerToken})
}
