//! The design of the database: its tables, the owner of each, and the enums that stay on the server.

/// The twenty tables of the design: their columns, and the columns that must be indexed.
pub const DESIGN: &[(&str, &str, &str)] = &[
    (
        "users",
        "id email password_hash first_name last_name phone status role kyc_status created_at updated_at last_login",
        // The email address is encrypted: its blind index takes its place.
        "email_hash status role created_at",
    ),
    (
        "kyc_documents",
        "id user_id document_type document_url status verified_by verified_at rejection_reason uploaded_at",
        "user_id status",
    ),
    (
        "esims",
        "id iccid eid user_id plan_id twilio_sid status activation_code qr_code_url activated_at expires_at created_at updated_at",
        "iccid user_id status twilio_sid",
    ),
    (
        "esim_data_usage",
        "id esim_id data_used_mb data_limit_mb voice_minutes sms_count period_start period_end recorded_at",
        "esim_id period_start period_end",
    ),
    (
        "plans",
        "id name description data_limit_mb voice_minutes sms_count validity_days regions is_active created_at updated_at",
        "is_active created_at",
    ),
    (
        "plan_pricing",
        "id plan_id region cost_price selling_price markup_percentage currency effective_from effective_to created_at",
        "plan_id region effective_from",
    ),
    (
        "promotional_codes",
        "id code discount_type discount_value max_uses used_count valid_from valid_to applicable_plans is_active created_at",
        "code is_active valid_from valid_to",
    ),
    (
        "transactions",
        "id user_id esim_id plan_id amount currency payment_method payment_gateway gateway_transaction_id status \
         promo_code_id discount_amount tax_amount total_amount invoice_url created_at completed_at",
        "user_id status created_at gateway_transaction_id",
    ),
    (
        "refunds",
        "id transaction_id amount reason status processed_by gateway_refund_id created_at processed_at",
        "transaction_id status created_at",
    ),
    (
        "twilio_config",
        "id account_sid auth_token_encrypted api_key api_secret_encrypted webhook_url is_active last_sync_at created_at updated_at",
        "",
    ),
    (
        "data_providers",
        "id name api_endpoint api_key_encrypted provider_type priority is_active available_data_gb cost_per_gb created_at updated_at",
        "is_active priority",
    ),
    (
        "data_allocations",
        "id esim_id provider_id allocated_mb used_mb cost allocated_at",
        "esim_id provider_id allocated_at",
    ),
    (
        "email_templates",
        "id name subject body_html body_text template_type variables is_active created_at updated_at",
        "",
    ),
    (
        "notifications",
        "id user_id type template_id subject message status sent_at read_at created_at",
        "user_id type status created_at",
    ),
    (
        "support_tickets",
        "id ticket_number user_id assigned_to subject description priority status category created_at updated_at resolved_at",
        "ticket_number user_id assigned_to status priority",
    ),
    (
        "ticket_messages",
        "id ticket_id sender_id message attachments is_internal created_at",
        "ticket_id created_at",
    ),
    (
        "knowledge_base",
        "id title slug content category tags views is_published author_id created_at updated_at",
        "slug category is_published",
    ),
    (
        "analytics_events",
        "id event_type user_id esim_id metadata created_at",
        "event_type user_id created_at",
    ),
    (
        "revenue_reports",
        "id period_type period_start period_end total_revenue total_cost profit transaction_count new_users active_esims generated_at",
        "period_type period_start period_end",
    ),
    (
        "system_settings",
        "id key value data_type category description is_public updated_at",
        "key category",
    ),
];

/// The only writer of each table: a resource of a section, or the platform.
pub const OWNERS: &[(&str, &str)] = &[
    ("users", "accounts/users"),
    ("kyc_documents", "accounts/kyc"),
    ("sessions", "accounts/sessions"),
    ("login_attempts", "accounts/sessions"),
    ("sign_in_origins", "accounts/sessions"),
    ("mfa_factors", "accounts/sessions"),
    ("recovery_codes", "accounts/sessions"),
    ("password_links", "accounts/sessions"),
    ("api_clients", "accounts/api_clients"),
    ("api_keys", "accounts/api_clients"),
    ("plans", "catalog/plans"),
    ("plan_pricing", "catalog/pricing"),
    ("promotional_codes", "catalog/promotions"),
    ("price_list_syncs", "catalog/price_lists"),
    ("price_changes", "catalog/pricing"),
    ("promo_redemptions", "catalog/promotions"),
    ("esims", "esims/inventory"),
    ("esim_state_history", "esims/inventory"),
    ("esim_bundles", "esims/inventory"),
    ("esim_data_usage", "esims/usage"),
    ("esim_operations", "esims/operations"),
    ("esim_shares", "esims/share"),
    ("stock_thresholds", "esims/stock"),
    ("orders", "billing/orders"),
    ("transactions", "billing/transactions"),
    ("refunds", "billing/refunds"),
    ("supplier_claims", "billing/refunds"),
    ("disputes", "billing/disputes"),
    ("invoices", "billing/invoices"),
    ("credit_notes", "billing/invoices"),
    ("number_series", "billing/invoices"),
    ("reconciliation_cases", "billing/reconciliation"),
    ("gateway_checks", "billing/reconciliation"),
    ("payment_days", "billing/payments"),
    ("twilio_config", "integrations/twilio"),
    ("data_providers", "integrations/providers"),
    ("provider_balances", "integrations/providers"),
    ("provider_runs", "integrations/runs"),
    ("plan_provider_offers", "integrations/providers"),
    ("data_allocations", "integrations/allocations"),
    ("provisioning_jobs", "integrations/allocations"),
    ("provisioning_attempts", "integrations/allocations"),
    ("webhook_receipts", "integrations/webhooks"),
    ("email_templates", "messaging/templates"),
    ("notifications", "messaging/notifications"),
    ("support_tickets", "support/tickets"),
    ("ticket_messages", "support/tickets"),
    ("knowledge_base", "support/articles"),
    ("analytics_events", "insights/analytics"),
    ("revenue_reports", "insights/reports"),
    ("system_settings", "system/settings"),
    ("setting_history", "system/settings"),
    ("saved_views", "system/views"),
    ("audit_chain", "system/audit"),
    ("audit_log", "platform"),
    ("pii_access_log", "platform"),
    ("jobs", "platform"),
    ("idempotency_keys", "platform"),
    ("rate_limits", "platform"),
    ("reason_keys", "platform"),
];

/// Enums that no type of the API has yet.
pub const SERVER_ONLY: &[(&str, &[&str])] = &[
    (
        "bundle_status",
        &["queued", "active", "depleted", "expired", "cancelled"],
    ),
    ("job_status", &["queued", "running", "done", "dead"]),
];
