using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An export on demand.</summary>
internal sealed class ExportTable
{
    public required Guid Id { get; set; }
    public required RunId RunId { get; set; }
    public required ExportState State { get; set; }
    public required int Frames { get; set; }
    public required string OwnerId { get; set; }
    public required string OwnerName { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public string? FileName { get; set; }
    public string? BlobKey { get; set; }
    public long? Bytes { get; set; }
    public string? Sha256 { get; set; }
    public string? Error { get; set; }

    /// <summary>Frames asked for in rank order, see <see cref="PtsText"/>; null = the run's picks.</summary>
    public string? Requested { get; set; }

    /// <summary>The exporter that was asked for, with its options, as JSON; null = the recipe's first.</summary>
    public string? Exporter { get; set; }

    /// <summary>When the file was removed.</summary>
    public DateTimeOffset? RemovedAt { get; set; }
    /// <summary>Times it was tried and could not be made.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset? NotBefore { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The node that has it in hand.</summary>
    public string? Worker { get; set; }

    /// <summary>Rises each time somebody takes it in hand; see <see cref="Lease"/>.</summary>
    public long LeaseToken { get; set; }

    /// <summary>When the worker counts as gone, by the clock of the database.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ExportTable>
    {
        public void Configure(EntityTypeBuilder<ExportTable> builder)
        {
            builder.ToTable("Exports");
            builder.HasKey(e => e.Id);
            builder.Property(e => e.Id).ValueGeneratedNever();
            builder.HasOne<RunTable>().WithMany().HasForeignKey(e => e.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(e => new { e.RunId, e.CreatedAt });
            builder.HasIndex(e => e.State);
        }
    }
}
