DROP TABLE rate_limits;
DROP TABLE saved_views;
DROP TYPE view_audience;
