package meta

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lytter/connectors/sandbox/internal/world"
)

// businessScope is what Instagram Login calls a permission of Facebook Login (Instagram API with Instagram Login, "Scopes").
func businessScope(scope string) string {
	switch scope {
	case scopeInstagram:
		return "instagram_business_basic"
	case scopeInstagramComments:
		return "instagram_business_manage_comments"
	case scopeInstagramMessages:
		return "instagram_business_manage_messages"
	}
	return scope
}

// appScoped is the id by which a token of Instagram Login knows its profile; webhooks name it by the other.
func appScoped(pr *profile) string {
	return strconv.FormatUint(24_000_000_000_000_000+world.Hash("app-scoped", pr.ID)%1_000_000_000_000_000, 10)
}

// changeProfile serves what is written to a profile: answers to mentions for those of Facebook Login, private messages and
// subscriptions for those of Instagram Login. The caller holds the lock.
func (g *Graph) changeProfile(req *request, pr *profile) (any, *apiError) {
	switch edge := req.edge(); {
	case edge == "mentions" && req.method == http.MethodPost && !req.instagram:
		return g.answerMention(req, pr)
	case edge == "messages" && req.method == http.MethodPost && req.instagram:
		return g.postMessages(req, pr)
	case edge == "subscribed_apps" && req.instagram:
		return g.changeOwnInstalled(req, pr)
	}
	return nil, missing(strings.ToLower(req.method), req.id())
}

// changeOwnInstalled serves POST and DELETE on /{profile}/subscribed_apps.
func (g *Graph) changeOwnInstalled(req *request, pr *profile) (any, *apiError) {
	if err := req.mayUseInstagram(pr, pr.ID, scopeInstagram); err != nil {
		return nil, err
	}
	if req.method == http.MethodDelete {
		delete(pr.installed, req.app.ID)
		return success, nil
	}
	fields := jsonStrings(req.param("subscribed_fields"))
	if len(fields) == 0 {
		return nil, badParameter("The parameter subscribed_fields is required.")
	}
	for i, f := range fields {
		if !slices.Contains(instagramFields, f) {
			return nil, badParameter("Param subscribed_fields[%d] must be one of {%s} - got %q.", i, strings.Join(instagramFields, ", "), f)
		}
	}
	pr.installed[req.app.ID] = fields
	return success, nil
}

// getOwnInstalled lists what a profile lets the app have. The app goes by the id of its Instagram half there.
func (g *Graph) getOwnInstalled(req *request, pr *profile) (any, *apiError) {
	data := list{}
	if fields, ok := pr.installed[req.app.ID]; ok {
		data = append(data, object{{"name", req.app.Name}, {"id", InstagramAppID(req.app.ID)}, {"subscribed_fields", slices.Clone(fields)}})
	}
	return object{{"data", data}}, nil
}

// getIGPerson reads the profile of somebody on Instagram. A comment is no consent: only who sent a message may be looked up (Instagram
// Platform, "User profile API").
func (g *Graph) getIGPerson(req *request, pr *profile, p *person) (any, *apiError) {
	if err := req.mayUseInstagram(pr, p.id, scopeInstagramMessages); err != nil {
		return nil, err
	}
	t := g.mailbox(instagramChannel, pr.ID).threads[p.id]
	if t == nil || t.heard.IsZero() {
		return nil, oauthError(http.StatusForbidden, 230, 0, "(#230) User consent is required to access user profile")
	}
	fields, err := req.fields("name", "username", "id")
	if err != nil {
		return nil, err
	}
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", p.id)
		case "name", "username":
			out = out.with(f.name, p.name)
		case "follower_count":
			out = out.with(f.name, int(world.Hash("followers", p.id)%5000))
		case "is_verified_user", "is_user_follow_business", "is_business_follow_user":
			out = out.with(f.name, false)
		case "profile_pic":
			out = out.with(f.name, "https://scontent.cdninstagram.com/v/profile/"+p.id+".jpg")
		default:
			return nil, noField(f.name, "User")
		}
	}
	return withID(out, p.id), nil
}
