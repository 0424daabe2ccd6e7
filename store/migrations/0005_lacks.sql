-- What an account may not send for want of a permission. JSON, empty where there is nothing.
ALTER TABLE accounts ADD COLUMN lacks {text} NOT NULL DEFAULT '';
