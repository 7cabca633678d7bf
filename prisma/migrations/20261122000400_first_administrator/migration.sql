-- The first administrator's link belongs to nobody yet: using it makes the person.
ALTER TABLE "sign_in_link" ALTER COLUMN "person_id" DROP NOT NULL;
