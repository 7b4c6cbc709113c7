namespace Framevet.Data.Tests;

// Every test of the stores and queries once more on PostgreSQL; TestDatabase looks at the name of the class.
public sealed class AuditSpecsOnPostgres : AuditSpecs;

public sealed class CandidateSpecsOnPostgres : CandidateSpecs;

public sealed class CatchUpSpecsOnPostgres : CatchUpSpecs;

public sealed class ExportStoreSpecsOnPostgres : ExportStoreSpecs;

public sealed class FramesQuerySpecsOnPostgres : FramesQuerySpecs;

public sealed class GalleryQuerySpecsOnPostgres : GalleryQuerySpecs;

public sealed class IdentitySpecsOnPostgres : IdentitySpecs;

public sealed class ListSpecsOnPostgres : ListSpecs;

public sealed class MarkStoreSpecsOnPostgres : MarkStoreSpecs;

public sealed class MigrationSpecsOnPostgres : MigrationSpecs;

public sealed class ModerationStoreSpecsOnPostgres : ModerationStoreSpecs;

public sealed class PersonStoreSpecsOnPostgres : PersonStoreSpecs;

public sealed class QuerySpecsOnPostgres : QuerySpecs;

public sealed class ReviewLedgerSpecsOnPostgres : ReviewLedgerSpecs;

public sealed class ReviewOrderSpecsOnPostgres : ReviewOrderSpecs;

public sealed class ReviewQueueSpecsOnPostgres : ReviewQueueSpecs;

public sealed class ReviewRulingSpecsOnPostgres : ReviewRulingSpecs;

public sealed class LeaseSpecsOnPostgres : LeaseSpecs;

public sealed class RunStoreSpecsOnPostgres : RunStoreSpecs;

public sealed class ScaleSpecsOnPostgres(ITestOutputHelper output) : ScaleSpecs(output);

public sealed class SceneStoreSpecsOnPostgres : SceneStoreSpecs;

public sealed class ScenesQuerySpecsOnPostgres : ScenesQuerySpecs;

public sealed class SecretSpecsOnPostgres : SecretSpecs;

public sealed class SelectionStoreSpecsOnPostgres : SelectionStoreSpecs;

public sealed class SettingsStoreSpecsOnPostgres : SettingsStoreSpecs;

public sealed class SignInStoreSpecsOnPostgres : SignInStoreSpecs;

public sealed class SlaSpecsOnPostgres : SlaSpecs;

public sealed class TurnSpecsOnPostgres : TurnSpecs;

public sealed class WebhookStoreSpecsOnPostgres : WebhookStoreSpecs;

public sealed class SegmentStoreSpecsOnPostgres : SegmentStoreSpecs;
