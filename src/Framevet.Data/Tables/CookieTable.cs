using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Cookies of a user for links, encrypted by whoever stores them.</summary>
internal sealed class CookieTable
{
    public required string OwnerId { get; set; }

    /// <summary>Encrypted text; without the server's keys it says nothing.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>Hosts, separated by one blank.</summary>
    public required string Sites { get; set; }

    public required DateTimeOffset SavedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CookieTable>
    {
        public void Configure(EntityTypeBuilder<CookieTable> builder)
        {
            builder.ToTable("Cookies");
            builder.HasKey(c => c.OwnerId);
            builder.HasOne<FramevetUser>().WithOne().HasForeignKey<CookieTable>(c => c.OwnerId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
