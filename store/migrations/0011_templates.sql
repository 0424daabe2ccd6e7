-- Standard answers, by the name that rules suggest them by.
CREATE TABLE templates (
  id    {key},
  name  {text} NOT NULL UNIQUE,
  owner {text} NOT NULL,
  texts {text} NOT NULL -- JSON: text by language
){table};
