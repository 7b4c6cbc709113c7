using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A key that protects cookies, links and sealed secrets, or the end of one; all nodes need the same.</summary>
internal sealed class ServerKeyTable
{
    public long Id { get; set; }

    /// <summary>What the framework calls it; one row for each.</summary>
    public required string Name { get; set; }

    /// <summary>The element as the framework writes it, sealed with what is not in the database.</summary>
    public required string Sealed { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ServerKeyTable>
    {
        public void Configure(EntityTypeBuilder<ServerKeyTable> builder)
        {
            builder.ToTable("ServerKeys");
            builder.HasKey(k => k.Id);
            builder.HasIndex(k => k.Name).IsUnique();
        }
    }
}
