using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A number with a name that only rises: how far a reader has come, or how often something changed.</summary>
internal sealed class MarkerTable
{
    public required string Name { get; set; }
    public required long Value { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MarkerTable>
    {
        public void Configure(EntityTypeBuilder<MarkerTable> builder)
        {
            builder.ToTable("Markers");
            builder.HasKey(m => m.Name);
        }
    }
}
