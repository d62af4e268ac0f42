DROP TABLE revenue_reports;
DROP TABLE analytics_events;
DROP TYPE report_period_type;
