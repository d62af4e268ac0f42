DELETE FROM jobs WHERE kind = 'kyc.reassess';
