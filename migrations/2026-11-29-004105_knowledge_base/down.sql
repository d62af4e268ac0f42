DROP TABLE article_searches;
DROP TABLE article_readers;
DROP TABLE article_slugs;
DROP TABLE article_versions;
DROP INDEX knowledge_base_title_idx;
DROP INDEX knowledge_base_words_idx;
DROP FUNCTION article_words(TEXT, JSONB, TEXT);
DROP INDEX knowledge_base_views_idx;
DROP INDEX knowledge_base_title_list_idx;
DROP INDEX knowledge_base_updated_at_idx;
ALTER TABLE knowledge_base
    DROP COLUMN folded_title,
    DROP COLUMN unhelpful_count,
    DROP COLUMN helpful_count,
    DROP COLUMN published_at,
    DROP COLUMN draft,
    DROP COLUMN group_id,
    DROP COLUMN locale;
