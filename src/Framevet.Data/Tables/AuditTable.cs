using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>
/// Who did what. Rows are chained: each hash covers the one before, so a changed, inserted or removed row breaks the chain
/// (<see cref="Stores.AuditChain"/>). Triggers refuse updates and deletes.
/// </summary>
internal sealed class AuditTable
{
    /// <summary>From 1, without gaps.</summary>
    public required long Id { get; set; }

    public required DateTimeOffset At { get; set; }
    public required string ActorId { get; set; }
    public required string ActorName { get; set; }
    public required string Action { get; set; }
    public required string Subject { get; set; }
    public string? Before { get; set; }
    public string? After { get; set; }

    /// <summary>SHA-256 over the hash before and this row, lower-case hex.</summary>
    public required string Hash { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<AuditTable>
    {
        public void Configure(EntityTypeBuilder<AuditTable> builder)
        {
            // Auto-increment for SQLite's own memory of the highest id: it shows that rows at the end are missing.
            builder.ToTable("Audit");
            builder.HasKey(a => a.Id);
            builder.HasIndex(a => a.ActorId);
            builder.HasIndex(a => a.Action);
            builder.HasIndex(a => a.Subject);
            builder.HasIndex(a => a.At);
        }
    }
}
