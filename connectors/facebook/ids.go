package facebook

import "strings"

// Ids on Facebook (Graph API reference, "Page Post" and "Comment"): a post is {page}_{post}; a comment {post}_{comment}, with the
// post's second half; the older {page}_{post}_{comment} still turns up.

// commentID gives the form in use of a comment's id.
func commentID(id string) string {
	if strings.Count(id, "_") == 2 {
		_, id, _ = strings.Cut(id, "_")
	}
	return id
}

// isPost reports whether an id is that of a post on a page's own wall.
func isPost(page, id string) bool {
	return page != "" && strings.HasPrefix(id, page+"_") && strings.Count(id, "_") == 1
}

// parentID gives what a comment answers, in the form in use: the post itself, or a comment.
func parentID(page, post, parent string) string {
	if parent == "" || parent == post || isPost(page, parent) {
		return post
	}
	if !strings.Contains(parent, "_") { // the bare id of a post or of a comment below it
		if strings.HasSuffix(post, "_"+parent) {
			return post
		}
		_, number, _ := strings.Cut(post, "_")
		return number + "_" + parent
	}
	return commentID(parent)
}
