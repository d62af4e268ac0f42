-- The knowledge base: drafts, versions, translations, redirects of slugs, search, views and votes.

ALTER TABLE knowledge_base
    ADD COLUMN locale         VARCHAR(16) NOT NULL DEFAULT 'en',
    -- The translations of an article have one group.
    ADD COLUMN group_id       UUID NOT NULL DEFAULT gen_random_uuid(),
    -- Unpublished changes of a published article: what customers read stays in the other columns.
    ADD COLUMN draft          JSONB,
    ADD COLUMN published_at   TIMESTAMPTZ,
    ADD COLUMN helpful_count   INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN unhelpful_count INTEGER NOT NULL DEFAULT 0,
    -- Stored, because folding the titles during a search takes longer than comparing them.
    ADD COLUMN folded_title    TEXT NOT NULL GENERATED ALWAYS AS (search_fold(title)) STORED,
    ADD CONSTRAINT knowledge_base_votes_not_negative CHECK (helpful_count >= 0 AND unhelpful_count >= 0),
    ADD CONSTRAINT knowledge_base_published_has_a_time CHECK (NOT is_published OR published_at IS NOT NULL);
CREATE UNIQUE INDEX knowledge_base_group_locale_key ON knowledge_base (group_id, locale) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_updated_at_idx ON knowledge_base (updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_title_list_idx ON knowledge_base (title, id) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_views_idx ON knowledge_base (views DESC, id DESC) WHERE deleted_at IS NULL;

-- The words of an article, folded as searches fold them: the title weighs more than the tags, and these more than the text.
CREATE FUNCTION article_words(title TEXT, tags JSONB, content TEXT) RETURNS TSVECTOR LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector('simple', search_fold(title)), 'A')
        || setweight(to_tsvector('simple', search_fold(coalesce(tags, '[]')::text)), 'B')
        || setweight(to_tsvector('simple', search_fold(left(content, 50000))), 'C')
$$;
CREATE INDEX knowledge_base_words_idx ON knowledge_base USING gin (article_words(title, tags, content)) WHERE is_published AND deleted_at IS NULL;
CREATE INDEX knowledge_base_title_idx ON knowledge_base USING gin (search_fold(title) gin_trgm_ops) WHERE deleted_at IS NULL;

-- Every published state of an article.
CREATE TABLE article_versions (
    id         UUID PRIMARY KEY,
    article_id UUID NOT NULL REFERENCES knowledge_base (id),
    number     INTEGER NOT NULL,
    title      VARCHAR(255) NOT NULL,
    content    TEXT NOT NULL,
    category   VARCHAR(100),
    tags       JSONB,
    author_id  UUID REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT article_versions_number_is_positive CHECK (number > 0)
);
CREATE UNIQUE INDEX article_versions_article_id_number_key ON article_versions (article_id, number);
CREATE INDEX article_versions_author_id_idx ON article_versions (author_id);

-- Former slugs of articles, which redirect to the current one.
CREATE TABLE article_slugs (
    slug       VARCHAR(255) PRIMARY KEY,
    article_id UUID NOT NULL REFERENCES knowledge_base (id),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX article_slugs_article_id_idx ON article_slugs (article_id);

-- The readers of a day, as keyed hashes of their network and browser, so that a reader counts once a day.
CREATE TABLE article_readers (
    article_id UUID NOT NULL REFERENCES knowledge_base (id),
    day        DATE NOT NULL,
    reader     BYTEA NOT NULL,
    has_voted  BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (article_id, day, reader)
);
CREATE INDEX article_readers_day_idx ON article_readers (day);

-- Searches of customers that found no article.
CREATE TABLE article_searches (
    id           UUID PRIMARY KEY,
    query        VARCHAR(100) NOT NULL,
    locale       VARCHAR(16) NOT NULL,
    count        INTEGER NOT NULL DEFAULT 1,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    searched_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT article_searches_count_is_positive CHECK (count > 0)
);
CREATE UNIQUE INDEX article_searches_query_locale_key ON article_searches (query, locale);
CREATE INDEX article_searches_count_idx ON article_searches (count DESC, id DESC);
CREATE INDEX article_searches_searched_at_idx ON article_searches (searched_at DESC, id DESC);
