// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    analytics_events (id, created_at) {
        id -> Uuid,
        #[max_length = 100]
        event_uid -> Varchar,
        #[max_length = 100]
        event_type -> Varchar,
        user_id -> Nullable<Uuid>,
        esim_id -> Nullable<Uuid>,
        metadata -> Nullable<Jsonb>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    api_clients (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        mode -> ApiClientMode,
        scopes -> Jsonb,
        networks -> Jsonb,
        created_by -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    api_keys (id) {
        id -> Uuid,
        client_id -> Uuid,
        #[max_length = 20]
        prefix -> Varchar,
        key_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    article_readers (article_id, day, reader) {
        article_id -> Uuid,
        day -> Date,
        reader -> Bytea,
        has_voted -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    article_searches (id) {
        id -> Uuid,
        #[max_length = 100]
        query -> Varchar,
        #[max_length = 16]
        locale -> Varchar,
        count -> Int4,
        created_at -> Timestamptz,
        searched_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    article_slugs (slug) {
        #[max_length = 255]
        slug -> Varchar,
        article_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    article_versions (id) {
        id -> Uuid,
        article_id -> Uuid,
        number -> Int4,
        #[max_length = 255]
        title -> Varchar,
        content -> Text,
        #[max_length = 100]
        category -> Nullable<Varchar>,
        tags -> Nullable<Jsonb>,
        author_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    audit_chain (seq) {
        seq -> Int8,
        #[max_length = 10]
        log -> Varchar,
        entry_id -> Uuid,
        hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    audit_log (id, created_at) {
        id -> Uuid,
        created_at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        actor_role -> Nullable<UserRole>,
        #[max_length = 60]
        action -> Varchar,
        #[max_length = 60]
        subject_type -> Varchar,
        subject_id -> Nullable<Uuid>,
        change -> Nullable<Jsonb>,
        reason -> Nullable<Text>,
        #[max_length = 64]
        request_id -> Nullable<Varchar>,
        #[max_length = 45]
        ip -> Nullable<Varchar>,
        client_id -> Nullable<Uuid>,
        seal -> Nullable<Bytea>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    credit_notes (id) {
        id -> Uuid,
        #[max_length = 30]
        number -> Varchar,
        invoice_id -> Uuid,
        refund_id -> Uuid,
        net_amount -> Numeric,
        tax_amount -> Numeric,
        total_amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        issued_on -> Date,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    data_allocations (id) {
        id -> Uuid,
        esim_id -> Nullable<Uuid>,
        provider_id -> Uuid,
        provisioning_job_id -> Nullable<Uuid>,
        status -> AllocationStatus,
        #[max_length = 100]
        provider_order_ref -> Nullable<Varchar>,
        allocated_mb -> Numeric,
        used_mb -> Numeric,
        cost -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        allocated_at -> Timestamptz,
        counts_at -> Nullable<Timestamptz>,
        reversed_at -> Nullable<Timestamptz>,
        reversal_counts_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    data_providers (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        adapter -> ProviderAdapter,
        api_endpoint -> Text,
        api_key_encrypted -> Text,
        credentials_encrypted -> Nullable<Text>,
        #[max_length = 50]
        provider_type -> Nullable<Varchar>,
        priority -> Int4,
        is_active -> Bool,
        available_data_gb -> Nullable<Numeric>,
        cost_per_gb -> Nullable<Numeric>,
        #[max_length = 3]
        currency -> Varchar,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        paused_at -> Nullable<Timestamptz>,
        #[max_length = 500]
        pause_reason -> Nullable<Varchar>,
        is_sandbox -> Bool,
        #[max_length = 4]
        api_key_last4 -> Nullable<Varchar>,
        credential_names -> Array<Text>,
        previous_key_encrypted -> Nullable<Text>,
        previous_credentials_encrypted -> Nullable<Text>,
        previous_until -> Nullable<Timestamptz>,
        low_balance_threshold -> Nullable<Numeric>,
        sync_interval_hours -> Nullable<Int4>,
        #[max_length = 64]
        webhook_token -> Varchar,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    disputes (id) {
        id -> Uuid,
        transaction_id -> Uuid,
        #[max_length = 50]
        gateway -> Varchar,
        #[max_length = 255]
        gateway_dispute_id -> Varchar,
        state -> DisputeState,
        #[max_length = 100]
        reason -> Nullable<Varchar>,
        amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        due_by -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        counts_at -> Nullable<Timestamptz>,
        tax_amount -> Nullable<Numeric>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    email_templates (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        #[max_length = 255]
        subject -> Varchar,
        body_html -> Text,
        body_text -> Nullable<Text>,
        template_type -> TemplateType,
        #[max_length = 60]
        event_key -> Nullable<Varchar>,
        #[max_length = 10]
        locale -> Varchar,
        variables -> Nullable<Jsonb>,
        is_active -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esim_bundles (id) {
        id -> Uuid,
        order_id -> Uuid,
        unit_no -> Int4,
        esim_id -> Nullable<Uuid>,
        plan_id -> Uuid,
        provider_id -> Nullable<Uuid>,
        #[max_length = 100]
        provider_ref -> Nullable<Varchar>,
        status -> BundleStatus,
        total_bytes -> Nullable<Int8>,
        used_bytes -> Int8,
        starts_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esim_data_usage (id, period_start) {
        id -> Uuid,
        esim_id -> Uuid,
        used_bytes -> Int8,
        limit_bytes -> Nullable<Int8>,
        data_used_mb -> Numeric,
        data_limit_mb -> Nullable<Numeric>,
        voice_minutes -> Int4,
        sms_count -> Int4,
        period_start -> Timestamptz,
        period_end -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esim_operations (id) {
        id -> Uuid,
        batch_id -> Uuid,
        esim_id -> Nullable<Uuid>,
        #[max_length = 40]
        iccid -> Varchar,
        provider_id -> Nullable<Uuid>,
        kind -> EsimOperationKind,
        status -> EsimOperationStatus,
        requested_by -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        error -> Nullable<Text>,
        note -> Nullable<Text>,
        #[max_length = 200]
        provider_ref -> Nullable<Varchar>,
        sent_at -> Nullable<Timestamptz>,
        next_attempt_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esim_shares (id) {
        id -> Uuid,
        esim_id -> Uuid,
        token_hash -> Bytea,
        code_hash -> Bytea,
        failed_attempts -> Int4,
        views -> Int4,
        last_viewed_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esim_state_history (id) {
        id -> Uuid,
        esim_id -> Uuid,
        from_status -> Nullable<EsimStatus>,
        to_status -> EsimStatus,
        from_profile_state -> Nullable<ProfileState>,
        to_profile_state -> ProfileState,
        reason -> Nullable<Text>,
        actor_id -> Nullable<Uuid>,
        #[max_length = 30]
        source -> Varchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    esims (id) {
        id -> Uuid,
        #[max_length = 22]
        iccid -> Varchar,
        iccid_check -> IccidCheck,
        #[max_length = 32]
        eid -> Nullable<Varchar>,
        user_id -> Nullable<Uuid>,
        plan_id -> Nullable<Uuid>,
        provider_id -> Nullable<Uuid>,
        #[max_length = 100]
        provider_ref -> Nullable<Varchar>,
        #[max_length = 100]
        twilio_sid -> Nullable<Varchar>,
        status -> EsimStatus,
        profile_state -> ProfileState,
        activation_code -> Nullable<Bytea>,
        matching_id -> Nullable<Bytea>,
        #[max_length = 255]
        smdp_address -> Nullable<Varchar>,
        confirmation_code_required -> Bool,
        qr_code_url -> Nullable<Text>,
        assigned_at -> Nullable<Timestamptz>,
        installed_at -> Nullable<Timestamptz>,
        activated_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        #[max_length = 100]
        profile_ref -> Nullable<Varchar>,
        confirmation_code -> Nullable<Bytea>,
        expired_at -> Nullable<Timestamptz>,
        service_unconfirmed_since -> Nullable<Timestamptz>,
        #[max_length = 200]
        provider_state -> Nullable<Varchar>,
        provider_state_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    event_changes (hour) {
        hour -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    event_day_users (day, event_type, person, is_visitor) {
        day -> Date,
        #[max_length = 100]
        event_type -> Varchar,
        person -> Uuid,
        is_visitor -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    event_days (day, event_type) {
        day -> Date,
        #[max_length = 100]
        event_type -> Varchar,
        #[max_length = 50]
        time_zone -> Varchar,
        events -> Int8,
        counted_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    exchange_rates (id) {
        id -> Uuid,
        rate_date -> Date,
        #[max_length = 3]
        from_currency -> Varchar,
        #[max_length = 3]
        to_currency -> Varchar,
        rate -> Numeric,
        #[max_length = 50]
        source -> Varchar,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    gateway_checks (gateway) {
        #[max_length = 50]
        gateway -> Varchar,
        checked_to -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    idempotency_keys (caller_id, route, key) {
        caller_id -> Uuid,
        #[max_length = 100]
        route -> Varchar,
        #[max_length = 255]
        key -> Varchar,
        request_hash -> Bytea,
        status -> Nullable<Int4>,
        body -> Nullable<Bytea>,
        location -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    inbound_emails (id) {
        id -> Uuid,
        message_key -> Bytea,
        content -> Nullable<Bytea>,
        status -> InboundEmailStatus,
        #[max_length = 200]
        detail -> Nullable<Varchar>,
        ticket_id -> Nullable<Uuid>,
        received_at -> Timestamptz,
        processed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    invoices (id) {
        id -> Uuid,
        #[max_length = 30]
        number -> Varchar,
        transaction_id -> Uuid,
        order_id -> Uuid,
        user_id -> Uuid,
        seller -> Jsonb,
        buyer -> Bytea,
        lines -> Jsonb,
        net_amount -> Numeric,
        tax_amount -> Numeric,
        total_amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        issued_on -> Date,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    jobs (id) {
        id -> Uuid,
        #[max_length = 60]
        kind -> Varchar,
        payload -> Jsonb,
        status -> JobStatus,
        attempts -> Int4,
        max_attempts -> Int4,
        run_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        #[max_length = 200]
        unique_key -> Nullable<Varchar>,
        #[max_length = 64]
        request_id -> Nullable<Varchar>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        deaths -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    knowledge_base (id) {
        id -> Uuid,
        #[max_length = 255]
        title -> Varchar,
        #[max_length = 255]
        slug -> Varchar,
        content -> Text,
        #[max_length = 100]
        category -> Nullable<Varchar>,
        tags -> Nullable<Jsonb>,
        views -> Int4,
        is_published -> Bool,
        author_id -> Nullable<Uuid>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        #[max_length = 16]
        locale -> Varchar,
        group_id -> Uuid,
        draft -> Nullable<Jsonb>,
        published_at -> Nullable<Timestamptz>,
        helpful_count -> Int4,
        unhelpful_count -> Int4,
        folded_title -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    kyc_documents (id) {
        id -> Uuid,
        user_id -> Uuid,
        document_type -> KycDocumentType,
        document_url -> Text,
        status -> KycDocumentStatus,
        verified_by -> Nullable<Uuid>,
        verified_at -> Nullable<Timestamptz>,
        rejection_reason -> Nullable<Text>,
        uploaded_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        file_name -> Nullable<Bytea>,
        #[max_length = 50]
        content_type -> Varchar,
        byte_size -> Int8,
        content_hash -> Nullable<Bytea>,
        uploaded_by -> Nullable<Uuid>,
        claimed_by -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    login_attempts (key) {
        key -> Bytea,
        failures -> Int4,
        blocked_until -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    mfa_factors (user_id) {
        user_id -> Uuid,
        secret -> Bytea,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    notifications (id) {
        id -> Uuid,
        user_id -> Uuid,
        #[sql_name = "type"]
        type_ -> NotificationType,
        template_id -> Nullable<Uuid>,
        order_id -> Nullable<Uuid>,
        esim_id -> Nullable<Uuid>,
        destination -> Nullable<Bytea>,
        #[max_length = 255]
        subject -> Nullable<Varchar>,
        message -> Bytea,
        message_html -> Nullable<Bytea>,
        status -> NotificationStatus,
        attempts -> Int4,
        last_error -> Nullable<Text>,
        #[max_length = 255]
        provider_message_id -> Nullable<Varchar>,
        #[max_length = 200]
        dedupe_key -> Nullable<Varchar>,
        sent_at -> Nullable<Timestamptz>,
        read_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        headers -> Nullable<Bytea>,
        #[max_length = 60]
        event -> Nullable<Varchar>,
        ticket_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    number_series (series, year) {
        #[max_length = 20]
        series -> Varchar,
        year -> Int4,
        last -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    orders (id) {
        id -> Uuid,
        #[max_length = 20]
        order_number -> Varchar,
        user_id -> Uuid,
        plan_id -> Uuid,
        kind -> OrderKind,
        quantity -> Int4,
        #[max_length = 50]
        region -> Nullable<Varchar>,
        terms -> Jsonb,
        unit_price -> Numeric,
        unit_cost -> Numeric,
        discount_amount -> Numeric,
        tax_amount -> Numeric,
        total_amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        status -> OrderStatus,
        status_reason -> Nullable<Text>,
        #[max_length = 100]
        reference -> Nullable<Varchar>,
        esim_id -> Nullable<Uuid>,
        created_by -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        paid_at -> Nullable<Timestamptz>,
        fulfilled_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        client_id -> Nullable<Uuid>,
        reserved_until -> Nullable<Timestamptz>,
        is_test -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    password_links (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    payment_days (day, currency, payment_method, payment_gateway) {
        day -> Date,
        #[max_length = 50]
        time_zone -> Varchar,
        #[max_length = 3]
        currency -> Varchar,
        payment_method -> PaymentMethod,
        #[max_length = 50]
        payment_gateway -> Varchar,
        completed -> Int4,
        failed -> Int4,
        gross_amount -> Numeric,
        tax_amount -> Numeric,
        discount_amount -> Numeric,
        refunds -> Int4,
        refunded_amount -> Numeric,
        chargebacks -> Int4,
        chargeback_amount -> Numeric,
        free -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    pii_access_log (id) {
        id -> Uuid,
        created_at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        #[max_length = 60]
        subject_type -> Varchar,
        subject_id -> Uuid,
        #[max_length = 60]
        field -> Varchar,
        reason -> Nullable<Text>,
        #[max_length = 64]
        request_id -> Nullable<Varchar>,
        #[max_length = 45]
        ip -> Nullable<Varchar>,
        client_id -> Nullable<Uuid>,
        seal -> Nullable<Bytea>,
        detail -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    plan_pricing (id) {
        id -> Uuid,
        plan_id -> Uuid,
        #[max_length = 50]
        region -> Nullable<Varchar>,
        cost_price -> Numeric,
        selling_price -> Numeric,
        markup_percentage -> Nullable<Numeric>,
        #[max_length = 3]
        currency -> Varchar,
        effective_from -> Timestamptz,
        effective_to -> Nullable<Timestamptz>,
        note -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        version -> Int4,
        created_at -> Timestamptz,
        change_id -> Nullable<Uuid>,
        replaces_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    plan_provider_offers (id) {
        id -> Uuid,
        plan_id -> Uuid,
        provider_id -> Uuid,
        #[max_length = 100]
        sku -> Varchar,
        cost -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        priority -> Int4,
        is_active -> Bool,
        last_synced_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        stock -> Nullable<Int4>,
        minimum_price -> Nullable<Numeric>,
        version -> Int4,
        #[max_length = 100]
        topup_sku -> Nullable<Varchar>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    plans (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        description -> Nullable<Text>,
        data_limit_mb -> Nullable<Numeric>,
        voice_minutes -> Int4,
        sms_count -> Int4,
        validity_days -> Int4,
        regions -> Jsonb,
        is_active -> Bool,
        topup_allowed -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        validity_policy -> ValidityPolicy,
        activate_within_days -> Nullable<Int4>,
        daily_limit_mb -> Nullable<Numeric>,
        throttled_kbps -> Nullable<Int4>,
        hotspot_allowed -> Bool,
        #[max_length = 100]
        apn -> Nullable<Varchar>,
        kyc_required -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    price_changes (id) {
        id -> Uuid,
        rule -> Jsonb,
        reason -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        undone_by -> Nullable<Uuid>,
        undone_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    price_list_syncs (id) {
        id -> Uuid,
        provider_id -> Uuid,
        state -> SyncState,
        rows -> Jsonb,
        created_by -> Nullable<Uuid>,
        closed_by -> Nullable<Uuid>,
        closed_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        new_count -> Int4,
        changed_count -> Int4,
        gone_count -> Int4,
        unchanged_count -> Int4,
        refused_count -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    promo_redemptions (id) {
        id -> Uuid,
        promotion_id -> Uuid,
        order_id -> Uuid,
        user_id -> Uuid,
        state -> RedemptionState,
        discount_amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    promotional_codes (id) {
        id -> Uuid,
        #[max_length = 50]
        code -> Varchar,
        discount_type -> DiscountType,
        discount_value -> Numeric,
        #[max_length = 3]
        currency -> Nullable<Varchar>,
        min_spend -> Nullable<Numeric>,
        max_uses -> Nullable<Int4>,
        per_user_limit -> Nullable<Int4>,
        used_count -> Int4,
        valid_from -> Timestamptz,
        valid_to -> Timestamptz,
        applicable_plans -> Nullable<Jsonb>,
        is_active -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        first_order_only -> Bool,
        #[max_length = 100]
        campaign -> Nullable<Varchar>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    provider_balances (provider_id) {
        provider_id -> Uuid,
        amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        is_low -> Bool,
        low_since -> Nullable<Timestamptz>,
        read_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    provider_health (provider_id) {
        provider_id -> Uuid,
        failures -> Int4,
        opened_at -> Nullable<Timestamptz>,
        open_until -> Nullable<Timestamptz>,
        probe_until -> Nullable<Timestamptz>,
        recovered_at -> Nullable<Timestamptz>,
        last_success_at -> Nullable<Timestamptz>,
        last_error_at -> Nullable<Timestamptz>,
        #[max_length = 500]
        last_error -> Nullable<Varchar>,
        durations_ms -> Array<Nullable<Int4>>,
        outcomes -> Array<Nullable<Bool>>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    provider_runs (id) {
        id -> Uuid,
        provider_id -> Nullable<Uuid>,
        twilio_config_id -> Nullable<Uuid>,
        kind -> ProviderRunKind,
        status -> ProviderRunStatus,
        #[max_length = 500]
        message -> Nullable<Varchar>,
        duration_ms -> Nullable<Int4>,
        pages -> Int4,
        items -> Int4,
        added -> Int4,
        changed -> Int4,
        conflicts -> Jsonb,
        price_list_id -> Nullable<Uuid>,
        requested_by -> Nullable<Uuid>,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    provisioning_attempts (id) {
        id -> Uuid,
        job_id -> Uuid,
        provider_id -> Uuid,
        offer_id -> Nullable<Uuid>,
        attempt_no -> Int4,
        #[max_length = 100]
        reference -> Varchar,
        status -> AttemptStatus,
        #[max_length = 100]
        provider_order_ref -> Nullable<Varchar>,
        cost -> Nullable<Numeric>,
        #[max_length = 3]
        currency -> Nullable<Varchar>,
        error -> Nullable<Text>,
        sent_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        missing_since -> Nullable<Timestamptz>,
        resend_at -> Nullable<Timestamptz>,
        sends -> Int4,
        check_at -> Nullable<Timestamptz>,
        checks -> Int4,
        pool_gb -> Nullable<Numeric>,
        routing -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    provisioning_jobs (id) {
        id -> Uuid,
        order_id -> Uuid,
        unit_no -> Int4,
        status -> ProvisioningStatus,
        #[max_length = 20]
        source -> Nullable<Varchar>,
        esim_id -> Nullable<Uuid>,
        last_error -> Nullable<Text>,
        attempts -> Int4,
        next_attempt_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        routing -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    rate_limits (key) {
        key -> Bytea,
        full_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    reason_keys (subject_type, subject_id) {
        #[max_length = 60]
        subject_type -> Varchar,
        subject_id -> Uuid,
        secret -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    reconciliation_cases (id) {
        id -> Uuid,
        kind -> CaseKind,
        status -> CaseStatus,
        finding -> Text,
        order_id -> Nullable<Uuid>,
        transaction_id -> Nullable<Uuid>,
        refund_id -> Nullable<Uuid>,
        esim_id -> Nullable<Uuid>,
        amount -> Nullable<Numeric>,
        #[max_length = 3]
        currency -> Nullable<Varchar>,
        #[max_length = 120]
        dedupe_key -> Varchar,
        claimed_by -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        escalated_by -> Nullable<Uuid>,
        escalated_at -> Nullable<Timestamptz>,
        resolved_by -> Nullable<Uuid>,
        resolved_at -> Nullable<Timestamptz>,
        resolution -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        #[max_length = 30]
        action -> Nullable<Varchar>,
        #[max_length = 255]
        gateway_refund_id -> Nullable<Varchar>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    recovery_codes (id) {
        id -> Uuid,
        user_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    refunds (id) {
        id -> Uuid,
        transaction_id -> Uuid,
        amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        #[max_length = 50]
        reason_code -> Nullable<Varchar>,
        reason -> Nullable<Text>,
        status -> RefundStatus,
        approval_state -> RefundApprovalState,
        requested_by -> Nullable<Uuid>,
        processed_by -> Nullable<Uuid>,
        #[max_length = 255]
        gateway_refund_id -> Nullable<Varchar>,
        created_at -> Timestamptz,
        processed_at -> Nullable<Timestamptz>,
        effect -> RefundEffect,
        eligibility -> Nullable<Jsonb>,
        recommended_amount -> Nullable<Numeric>,
        decided_at -> Nullable<Timestamptz>,
        failure_reason -> Nullable<Text>,
        attempts -> Int4,
        sent_at -> Nullable<Timestamptz>,
        version -> Int4,
        updated_at -> Timestamptz,
        needs_second_person -> Bool,
        requested_by_client -> Nullable<Uuid>,
        counts_at -> Nullable<Timestamptz>,
        tax_amount -> Nullable<Numeric>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    report_locks (id) {
        id -> Uuid,
        locked_before -> Date,
        locked_until -> Timestamptz,
        #[max_length = 50]
        time_zone -> Varchar,
        locked_by -> Nullable<Uuid>,
        locked_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    report_rates (base_currency, day, currency) {
        day -> Date,
        #[max_length = 3]
        base_currency -> Varchar,
        #[max_length = 3]
        currency -> Varchar,
        rate -> Numeric,
        rate_date -> Date,
        #[max_length = 50]
        source -> Varchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    revenue_reports (id) {
        id -> Uuid,
        period_type -> ReportPeriodType,
        period_start -> Date,
        period_end -> Date,
        #[max_length = 3]
        currency -> Varchar,
        #[max_length = 20]
        basis -> Varchar,
        total_revenue -> Numeric,
        total_cost -> Numeric,
        profit -> Numeric,
        transaction_count -> Int4,
        new_users -> Int4,
        active_esims -> Int4,
        generated_at -> Timestamptz,
        #[max_length = 50]
        time_zone -> Varchar,
        list_amount -> Numeric,
        discount_amount -> Numeric,
        tax_amount -> Numeric,
        gross_amount -> Numeric,
        refunded_amount -> Numeric,
        refunded_tax -> Numeric,
        chargeback_amount -> Numeric,
        chargeback_tax -> Numeric,
        open_disputes -> Numeric,
        margin -> Nullable<Numeric>,
        free_count -> Int4,
        refund_count -> Int4,
        chargeback_count -> Int4,
        late_facts -> Int4,
        is_provisional -> Bool,
        missing_rates -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    saved_views (id) {
        id -> Uuid,
        owner_id -> Uuid,
        #[max_length = 60]
        list -> Varchar,
        #[max_length = 60]
        name -> Varchar,
        #[max_length = 2000]
        query -> Varchar,
        audience -> ViewAudience,
        role -> Nullable<UserRole>,
        is_default -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        family_id -> Uuid,
        refresh_hash -> Bytea,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        #[max_length = 50]
        revoked_reason -> Nullable<Varchar>,
        #[max_length = 255]
        user_agent -> Nullable<Varchar>,
        #[max_length = 45]
        ip -> Nullable<Varchar>,
        confirmed_at -> Nullable<Timestamptz>,
        is_limited -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    setting_history (id) {
        id -> Uuid,
        setting_id -> Uuid,
        version -> Int4,
        value -> Nullable<Text>,
        changed_by -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    sign_in_origins (key) {
        key -> Bytea,
        user_id -> Uuid,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    sla_policies (id) {
        id -> Uuid,
        #[max_length = 64]
        zone -> Varchar,
        hours -> Jsonb,
        holidays -> Jsonb,
        targets -> Jsonb,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    stock_thresholds (id) {
        id -> Uuid,
        plan_id -> Uuid,
        provider_id -> Nullable<Uuid>,
        minimum -> Int4,
        low_since -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    supplier_claims (id) {
        id -> Uuid,
        refund_id -> Uuid,
        provider_id -> Uuid,
        esim_id -> Nullable<Uuid>,
        state -> ClaimState,
        amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        note -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        counts_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    support_tickets (id) {
        id -> Uuid,
        #[max_length = 20]
        ticket_number -> Varchar,
        user_id -> Uuid,
        assigned_to -> Nullable<Uuid>,
        esim_id -> Nullable<Uuid>,
        transaction_id -> Nullable<Uuid>,
        subject -> Bytea,
        description -> Bytea,
        priority -> TicketPriority,
        status -> TicketStatus,
        #[max_length = 50]
        category -> Nullable<Varchar>,
        reopened_count -> Int4,
        first_response_at -> Nullable<Timestamptz>,
        resolved_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        archived_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        order_id -> Nullable<Uuid>,
        channel -> TicketChannel,
        tags -> Jsonb,
        search_tokens -> Array<Int8>,
        merged_into_id -> Nullable<Uuid>,
        follows_id -> Nullable<Uuid>,
        waiting_since -> Nullable<Timestamptz>,
        next_due_at -> Nullable<Timestamptz>,
        last_message_at -> Timestamptz,
        priority_rank -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    system_settings (id) {
        id -> Uuid,
        #[max_length = 100]
        key -> Varchar,
        value -> Nullable<Text>,
        data_type -> SettingDataType,
        #[max_length = 50]
        category -> Nullable<Varchar>,
        description -> Nullable<Text>,
        is_public -> Bool,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_attachments (id) {
        id -> Uuid,
        ticket_id -> Uuid,
        message_id -> Nullable<Uuid>,
        storage_key -> Text,
        file_name -> Nullable<Bytea>,
        #[max_length = 100]
        content_type -> Varchar,
        byte_size -> Int8,
        uploaded_by -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_clocks (ticket_id) {
        ticket_id -> Uuid,
        started_at -> Timestamptz,
        pauses -> Jsonb,
        response_minutes -> Int4,
        response_due_at -> Nullable<Timestamptz>,
        response_stopped_at -> Nullable<Timestamptz>,
        response_breached_at -> Nullable<Timestamptz>,
        resolution_minutes -> Int4,
        resolution_due_at -> Nullable<Timestamptz>,
        resolution_stopped_at -> Nullable<Timestamptz>,
        resolution_breached_at -> Nullable<Timestamptz>,
        breach_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_macros (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        reply -> Nullable<Text>,
        note -> Nullable<Text>,
        actions -> Jsonb,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_message_ids (message_key) {
        message_key -> Bytea,
        ticket_id -> Uuid,
        message_id -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_messages (id) {
        id -> Uuid,
        ticket_id -> Uuid,
        sender_id -> Nullable<Uuid>,
        message -> Bytea,
        attachments -> Nullable<Jsonb>,
        is_internal -> Bool,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        channel -> TicketChannel,
        search_tokens -> Array<Int8>,
        mentions -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_presence (ticket_id, user_id) {
        ticket_id -> Uuid,
        user_id -> Uuid,
        is_typing -> Bool,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_ratings (ticket_id) {
        ticket_id -> Uuid,
        score -> Int4,
        comment -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    ticket_rules (id) {
        id -> Uuid,
        #[max_length = 100]
        name -> Varchar,
        position -> Int4,
        is_active -> Bool,
        conditions -> Jsonb,
        actions -> Jsonb,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    transactions (id) {
        id -> Uuid,
        order_id -> Nullable<Uuid>,
        user_id -> Uuid,
        esim_id -> Nullable<Uuid>,
        plan_id -> Nullable<Uuid>,
        amount -> Numeric,
        #[max_length = 3]
        currency -> Varchar,
        payment_method -> PaymentMethod,
        #[max_length = 50]
        payment_gateway -> Nullable<Varchar>,
        #[max_length = 255]
        gateway_transaction_id -> Nullable<Varchar>,
        checkout_url -> Nullable<Text>,
        status -> TransactionStatus,
        failure_reason -> Nullable<Text>,
        promo_code_id -> Nullable<Uuid>,
        discount_amount -> Numeric,
        tax_amount -> Numeric,
        total_amount -> Numeric,
        refunded_amount -> Numeric,
        #[max_length = 30]
        dispute_state -> Nullable<Varchar>,
        invoice_url -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        #[max_length = 100]
        reference -> Nullable<Varchar>,
        recorded_by -> Nullable<Uuid>,
        client_secret -> Nullable<Bytea>,
        closed_at -> Nullable<Timestamptz>,
        #[max_length = 255]
        gateway_payment_id -> Nullable<Varchar>,
        counts_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    twilio_config (id) {
        id -> Uuid,
        #[max_length = 100]
        account_sid -> Varchar,
        auth_token_encrypted -> Nullable<Text>,
        #[max_length = 100]
        api_key -> Nullable<Varchar>,
        api_secret_encrypted -> Nullable<Text>,
        webhook_url -> Nullable<Text>,
        webhook_secret_encrypted -> Nullable<Text>,
        api_base_url -> Text,
        auth_mode -> TwilioAuthMode,
        is_active -> Bool,
        last_sync_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        #[max_length = 4]
        auth_token_last4 -> Nullable<Varchar>,
        #[max_length = 4]
        api_secret_last4 -> Nullable<Varchar>,
        #[max_length = 4]
        webhook_secret_last4 -> Nullable<Varchar>,
        previous_auth_token_encrypted -> Nullable<Text>,
        previous_webhook_secret_encrypted -> Nullable<Text>,
        previous_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_alerts (id) {
        id -> Uuid,
        esim_id -> Uuid,
        bundle_id -> Uuid,
        topups -> Int4,
        #[max_length = 10]
        kind -> Varchar,
        step -> Int4,
        used_bytes -> Int8,
        total_bytes -> Nullable<Int8>,
        expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_anomalies (id) {
        id -> Uuid,
        esim_id -> Uuid,
        #[max_length = 10]
        kind -> Varchar,
        period_start -> Timestamptz,
        period_end -> Timestamptz,
        used_bytes -> Int8,
        counter_bytes -> Int8,
        #[max_length = 20]
        source -> Varchar,
        #[max_length = 100]
        event_id -> Nullable<Varchar>,
        times -> Int4,
        read_at -> Timestamptz,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_days (esim_id, day, country, network) {
        esim_id -> Uuid,
        day -> Date,
        #[max_length = 2]
        country -> Varchar,
        #[max_length = 20]
        network -> Varchar,
        used_bytes -> Int8,
        is_rolled_up -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_events (esim_id, event_id) {
        esim_id -> Uuid,
        #[max_length = 100]
        event_id -> Varchar,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_monitor (esim_id) {
        esim_id -> Uuid,
        status -> EsimStatus,
        is_in_use -> Bool,
        user_id -> Nullable<Uuid>,
        plan_id -> Nullable<Uuid>,
        provider_id -> Nullable<Uuid>,
        bundle_id -> Nullable<Uuid>,
        topups -> Int4,
        starts_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        used_bytes -> Int8,
        total_bytes -> Nullable<Int8>,
        remaining_bytes -> Nullable<Int8>,
        share -> Nullable<Numeric>,
        burn_bytes_per_day -> Nullable<Int8>,
        #[max_length = 20]
        forecast -> Varchar,
        exhausted_at -> Nullable<Timestamptz>,
        left_at_expiry_bytes -> Nullable<Int8>,
        readings -> Int4,
        last_point_at -> Nullable<Timestamptz>,
        read_at -> Nullable<Timestamptz>,
        received_at -> Nullable<Timestamptz>,
        #[max_length = 2]
        country -> Nullable<Varchar>,
        #[max_length = 20]
        network -> Nullable<Varchar>,
        alert_step -> Int4,
        remind_at -> Nullable<Timestamptz>,
        next_poll_at -> Nullable<Timestamptz>,
        polled_at -> Nullable<Timestamptz>,
        provider_age_minutes -> Nullable<Int4>,
        poll_error -> Nullable<Text>,
        poll_failures -> Int4,
        needs_refresh -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_monthly (esim_id, month) {
        esim_id -> Uuid,
        month -> Date,
        used_bytes -> Int8,
        rolled_up_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_points (esim_id, read_at) {
        esim_id -> Uuid,
        bundle_id -> Uuid,
        read_at -> Timestamptz,
        used_bytes -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    users (id) {
        id -> Uuid,
        email -> Bytea,
        email_hash -> Bytea,
        #[max_length = 255]
        password_hash -> Varchar,
        first_name -> Bytea,
        last_name -> Bytea,
        phone -> Nullable<Bytea>,
        search_tokens -> Array<Int8>,
        status -> UserStatus,
        role -> UserRole,
        kyc_status -> KycStatus,
        session_epoch -> Int4,
        created_by -> Nullable<Uuid>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_login -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        client_id -> Nullable<Uuid>,
        erased_at -> Nullable<Timestamptz>,
        email_changed_at -> Nullable<Timestamptz>,
        search_version -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    webhook_receipts (id) {
        id -> Uuid,
        #[max_length = 60]
        source -> Varchar,
        #[max_length = 255]
        event_id -> Nullable<Varchar>,
        #[max_length = 100]
        event_type -> Nullable<Varchar>,
        signature_ok -> Bool,
        status -> ReceiptStatus,
        body -> Nullable<Jsonb>,
        transaction_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        received_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        #[max_length = 43]
        network -> Nullable<Varchar>,
        deliveries -> Int4,
        provider_id -> Nullable<Uuid>,
        is_signed -> Bool,
        replays -> Int4,
        version -> Int4,
    }
}

diesel::joinable!(analytics_events -> esims (esim_id));
diesel::joinable!(analytics_events -> users (user_id));
diesel::joinable!(api_keys -> api_clients (client_id));
diesel::joinable!(article_readers -> knowledge_base (article_id));
diesel::joinable!(article_slugs -> knowledge_base (article_id));
diesel::joinable!(article_versions -> knowledge_base (article_id));
diesel::joinable!(article_versions -> users (author_id));
diesel::joinable!(credit_notes -> invoices (invoice_id));
diesel::joinable!(credit_notes -> refunds (refund_id));
diesel::joinable!(data_allocations -> data_providers (provider_id));
diesel::joinable!(data_allocations -> esims (esim_id));
diesel::joinable!(data_allocations -> provisioning_jobs (provisioning_job_id));
diesel::joinable!(disputes -> transactions (transaction_id));
diesel::joinable!(esim_bundles -> data_providers (provider_id));
diesel::joinable!(esim_bundles -> esims (esim_id));
diesel::joinable!(esim_bundles -> orders (order_id));
diesel::joinable!(esim_bundles -> plans (plan_id));
diesel::joinable!(esim_data_usage -> esims (esim_id));
diesel::joinable!(esim_operations -> api_clients (client_id));
diesel::joinable!(esim_operations -> data_providers (provider_id));
diesel::joinable!(esim_operations -> esims (esim_id));
diesel::joinable!(esim_operations -> users (requested_by));
diesel::joinable!(esim_shares -> api_clients (client_id));
diesel::joinable!(esim_shares -> esims (esim_id));
diesel::joinable!(esim_shares -> users (created_by));
diesel::joinable!(esim_state_history -> esims (esim_id));
diesel::joinable!(esim_state_history -> users (actor_id));
diesel::joinable!(esims -> data_providers (provider_id));
diesel::joinable!(esims -> plans (plan_id));
diesel::joinable!(esims -> users (user_id));
diesel::joinable!(exchange_rates -> users (created_by));
diesel::joinable!(inbound_emails -> support_tickets (ticket_id));
diesel::joinable!(invoices -> orders (order_id));
diesel::joinable!(invoices -> transactions (transaction_id));
diesel::joinable!(invoices -> users (user_id));
diesel::joinable!(knowledge_base -> users (author_id));
diesel::joinable!(mfa_factors -> users (user_id));
diesel::joinable!(notifications -> email_templates (template_id));
diesel::joinable!(notifications -> esims (esim_id));
diesel::joinable!(notifications -> orders (order_id));
diesel::joinable!(notifications -> support_tickets (ticket_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(orders -> api_clients (client_id));
diesel::joinable!(orders -> esims (esim_id));
diesel::joinable!(orders -> plans (plan_id));
diesel::joinable!(password_links -> users (user_id));
diesel::joinable!(plan_pricing -> plans (plan_id));
diesel::joinable!(plan_pricing -> price_changes (change_id));
diesel::joinable!(plan_pricing -> users (created_by));
diesel::joinable!(plan_provider_offers -> data_providers (provider_id));
diesel::joinable!(plan_provider_offers -> plans (plan_id));
diesel::joinable!(price_list_syncs -> data_providers (provider_id));
diesel::joinable!(promo_redemptions -> orders (order_id));
diesel::joinable!(promo_redemptions -> promotional_codes (promotion_id));
diesel::joinable!(promo_redemptions -> users (user_id));
diesel::joinable!(provider_balances -> data_providers (provider_id));
diesel::joinable!(provider_health -> data_providers (provider_id));
diesel::joinable!(provider_runs -> data_providers (provider_id));
diesel::joinable!(provider_runs -> price_list_syncs (price_list_id));
diesel::joinable!(provider_runs -> twilio_config (twilio_config_id));
diesel::joinable!(provider_runs -> users (requested_by));
diesel::joinable!(provisioning_attempts -> data_providers (provider_id));
diesel::joinable!(provisioning_attempts -> plan_provider_offers (offer_id));
diesel::joinable!(provisioning_attempts -> provisioning_jobs (job_id));
diesel::joinable!(provisioning_jobs -> esims (esim_id));
diesel::joinable!(provisioning_jobs -> orders (order_id));
diesel::joinable!(reconciliation_cases -> esims (esim_id));
diesel::joinable!(reconciliation_cases -> orders (order_id));
diesel::joinable!(reconciliation_cases -> refunds (refund_id));
diesel::joinable!(reconciliation_cases -> transactions (transaction_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(refunds -> api_clients (requested_by_client));
diesel::joinable!(refunds -> transactions (transaction_id));
diesel::joinable!(report_locks -> users (locked_by));
diesel::joinable!(saved_views -> users (owner_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(setting_history -> system_settings (setting_id));
diesel::joinable!(sign_in_origins -> users (user_id));
diesel::joinable!(stock_thresholds -> data_providers (provider_id));
diesel::joinable!(stock_thresholds -> plans (plan_id));
diesel::joinable!(supplier_claims -> data_providers (provider_id));
diesel::joinable!(supplier_claims -> esims (esim_id));
diesel::joinable!(supplier_claims -> refunds (refund_id));
diesel::joinable!(support_tickets -> esims (esim_id));
diesel::joinable!(support_tickets -> orders (order_id));
diesel::joinable!(support_tickets -> transactions (transaction_id));
diesel::joinable!(ticket_attachments -> api_clients (client_id));
diesel::joinable!(ticket_attachments -> support_tickets (ticket_id));
diesel::joinable!(ticket_attachments -> ticket_messages (message_id));
diesel::joinable!(ticket_attachments -> users (uploaded_by));
diesel::joinable!(ticket_clocks -> support_tickets (ticket_id));
diesel::joinable!(ticket_message_ids -> support_tickets (ticket_id));
diesel::joinable!(ticket_messages -> support_tickets (ticket_id));
diesel::joinable!(ticket_messages -> users (sender_id));
diesel::joinable!(ticket_presence -> support_tickets (ticket_id));
diesel::joinable!(ticket_presence -> users (user_id));
diesel::joinable!(ticket_ratings -> support_tickets (ticket_id));
diesel::joinable!(transactions -> esims (esim_id));
diesel::joinable!(transactions -> orders (order_id));
diesel::joinable!(transactions -> plans (plan_id));
diesel::joinable!(transactions -> promotional_codes (promo_code_id));
diesel::joinable!(usage_alerts -> esim_bundles (bundle_id));
diesel::joinable!(usage_alerts -> esims (esim_id));
diesel::joinable!(usage_anomalies -> esims (esim_id));
diesel::joinable!(usage_days -> esims (esim_id));
diesel::joinable!(usage_events -> esims (esim_id));
diesel::joinable!(usage_monitor -> data_providers (provider_id));
diesel::joinable!(usage_monitor -> esims (esim_id));
diesel::joinable!(usage_monitor -> plans (plan_id));
diesel::joinable!(usage_monthly -> esims (esim_id));
diesel::joinable!(usage_points -> esim_bundles (bundle_id));
diesel::joinable!(usage_points -> esims (esim_id));
diesel::joinable!(webhook_receipts -> data_providers (provider_id));
diesel::joinable!(webhook_receipts -> transactions (transaction_id));

diesel::allow_tables_to_appear_in_same_query!(
    analytics_events,
    api_clients,
    api_keys,
    article_readers,
    article_searches,
    article_slugs,
    article_versions,
    audit_chain,
    audit_log,
    credit_notes,
    data_allocations,
    data_providers,
    disputes,
    email_templates,
    esim_bundles,
    esim_data_usage,
    esim_operations,
    esim_shares,
    esim_state_history,
    esims,
    event_changes,
    event_day_users,
    event_days,
    exchange_rates,
    gateway_checks,
    idempotency_keys,
    inbound_emails,
    invoices,
    jobs,
    knowledge_base,
    kyc_documents,
    login_attempts,
    mfa_factors,
    notifications,
    number_series,
    orders,
    password_links,
    payment_days,
    pii_access_log,
    plan_pricing,
    plan_provider_offers,
    plans,
    price_changes,
    price_list_syncs,
    promo_redemptions,
    promotional_codes,
    provider_balances,
    provider_health,
    provider_runs,
    provisioning_attempts,
    provisioning_jobs,
    rate_limits,
    reason_keys,
    reconciliation_cases,
    recovery_codes,
    refunds,
    report_locks,
    report_rates,
    revenue_reports,
    saved_views,
    sessions,
    setting_history,
    sign_in_origins,
    sla_policies,
    stock_thresholds,
    supplier_claims,
    support_tickets,
    system_settings,
    ticket_attachments,
    ticket_clocks,
    ticket_macros,
    ticket_message_ids,
    ticket_messages,
    ticket_presence,
    ticket_ratings,
    ticket_rules,
    transactions,
    twilio_config,
    usage_alerts,
    usage_anomalies,
    usage_days,
    usage_events,
    usage_monitor,
    usage_monthly,
    usage_points,
    users,
    webhook_receipts,
);
