-- What a tool's source said of it when it was sanctioned, and what it says since, until a person confirms it.
-- AlterTable
ALTER TABLE "tool" ADD COLUMN     "changed_definition" JSONB,
ADD COLUMN     "definition" JSONB;
