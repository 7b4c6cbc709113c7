using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A one-time link that makes the first administrator; of the secret only the hash is kept.</summary>
internal sealed class SetupTokenTable
{
    public long Id { get; set; }

    /// <summary>SHA-256 of the secret, lower-case hex.</summary>
    public required string Hash { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? UsedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SetupTokenTable>
    {
        public void Configure(EntityTypeBuilder<SetupTokenTable> builder)
        {
            builder.ToTable("SetupTokens");
            builder.HasIndex(t => t.Hash).IsUnique();
        }
    }
}
