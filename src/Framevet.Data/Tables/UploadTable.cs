using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An upload on its way; its bytes are in a file of its own.</summary>
internal sealed class UploadTable
{
    public required Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public required string Name { get; set; }
    public long? Length { get; set; }
    public UploadKind Kind { get; set; }
    public string? Concat { get; set; }
    public string? Metadata { get; set; }

    /// <summary>Recipe as JSON; null = the default one at the end.</summary>
    public string? Recipe { get; set; }

    public int Priority { get; set; }
    public string? PromisedSha256 { get; set; }
    public string? Sha256 { get; set; }

    /// <summary>No foreign key: the run is made after its id is chosen.</summary>
    public RunId? RunId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }

    public static UploadTable From(UploadSession session) => new()
    {
        Id = session.Id,
        OwnerId = session.OwnerId,
        Name = session.Name,
        Length = session.Length,
        Kind = session.Kind,
        Concat = session.Concat,
        Metadata = session.Metadata,
        Recipe = session.Recipe,
        Priority = session.Priority,
        PromisedSha256 = session.PromisedSha256,
        Sha256 = session.Sha256,
        RunId = session.RunId,
        CreatedAt = session.CreatedAt,
        ExpiresAt = session.ExpiresAt,
    };

    public UploadSession ToSession() => new()
    {
        Id = Id,
        OwnerId = OwnerId,
        Name = Name,
        Length = Length,
        Kind = Kind,
        Concat = Concat,
        Metadata = Metadata,
        Recipe = Recipe,
        Priority = Priority,
        PromisedSha256 = PromisedSha256,
        Sha256 = Sha256,
        RunId = RunId,
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
    };

    internal sealed class Configuration : IEntityTypeConfiguration<UploadTable>
    {
        public void Configure(EntityTypeBuilder<UploadTable> builder)
        {
            builder.ToTable("Uploads");
            builder.HasKey(u => u.Id);
            builder.Property(u => u.Id).ValueGeneratedNever();
            builder.HasIndex(u => new { u.OwnerId, u.CreatedAt });
            builder.HasIndex(u => u.ExpiresAt);
        }
    }
}
