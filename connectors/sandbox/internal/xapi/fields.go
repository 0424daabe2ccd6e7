package xapi

import (
	"net/url"
	"slices"
	"strings"
)

// Names that may be asked for (X API v2 OpenAPI document, version 2.157: the names that samples and clients use). That a name is known
// does not mean that the sandbox has a value for it.
var (
	tweetFields = strings.Fields(`article attachments author_id card_uri community_id context_annotations conversation_id created_at
		display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang media_metadata
		non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics public_metrics referenced_tweets
		reply_settings scopes source suggested_source_links suggested_source_links_with_counts text withheld`)
	userFields = strings.Fields(`affiliation confirmed_email connection_status created_at description entities id
		is_identity_verified location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url
		protected public_metrics receives_your_dm subscription subscription_type url username verified verified_followers_count
		verified_type withheld`)
	tweetExpansions = strings.Fields(`article.cover_media article.media_entities attachments.media_keys
		attachments.media_source_tweet attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username
		entities.note.mentions.username geo.place_id in_reply_to_user_id referenced_tweets.id
		referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id`)
	mediaFields = strings.Fields(`alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url
		promoted_metrics public_metrics type url variants width`)
	userExpansions = strings.Fields(`affiliation.user_id most_recent_tweet_id pinned_tweet_id`)
)

// selection is what a caller wants to see.
type selection struct {
	tweet, user, expand, media []string
}

// selected reads the field parameters. The newer name of tweet.fields works too.
func selected(q url.Values, expansions []string) (selection, *problem) {
	var s selection
	for _, list := range []struct {
		name  string
		known []string
		into  *[]string
	}{
		{"tweet.fields", tweetFields, &s.tweet},
		{"post.fields", tweetFields, &s.tweet},
		{"user.fields", userFields, &s.user},
		{"media.fields", mediaFields, &s.media},
		{"expansions", expansions, &s.expand},
	} {
		if !q.Has(list.name) {
			continue
		}
		for value := range strings.SplitSeq(q.Get(list.name), ",") {
			if !slices.Contains(list.known, value) {
				return s, invalid(list.name, q.Get(list.name), "The `"+list.name+"` query parameter value ["+value+"] is not one of ["+
					strings.Join(list.known, ",")+"]")
			}
			*list.into = append(*list.into, value)
		}
	}
	return s, nil
}

func (s selection) expands(name string) bool { return slices.Contains(s.expand, name) }
