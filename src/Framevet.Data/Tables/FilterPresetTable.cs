using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A filter of the gallery that somebody gave a name.</summary>
internal sealed class FilterPresetTable
{
    public required Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public required string OwnerName { get; set; }
    public required string Name { get; set; }

    /// <summary>The filter as it stands in the address, without the question mark.</summary>
    public required string Query { get; set; }

    public required bool IsShared { get; set; }
    public required DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<FilterPresetTable>
    {
        public void Configure(EntityTypeBuilder<FilterPresetTable> builder)
        {
            builder.ToTable("FilterPresets");
            builder.HasKey(p => p.Id);
            builder.Property(p => p.Name).HasMaxLength(80);
            builder.Property(p => p.Query).HasMaxLength(2000);
            builder.HasIndex(p => new { p.OwnerId, p.Name }).IsUnique();
            builder.HasIndex(p => p.IsShared);
        }
    }
}
