DROP TABLE promotional_codes;
DROP TABLE plan_pricing;
DROP TABLE plans;
DROP TYPE discount_type;
