DROP INDEX users_search_version_idx;
