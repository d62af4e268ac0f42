DROP TABLE esim_operations;
DROP TYPE esim_operation_status;
DROP TYPE esim_operation_kind;
