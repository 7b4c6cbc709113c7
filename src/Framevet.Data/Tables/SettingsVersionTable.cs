using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>One saved version of the settings; versions are never changed or removed.</summary>
internal sealed class SettingsVersionTable
{
    /// <summary>From 1, without gaps; 0 is built in and not stored.</summary>
    public required int Number { get; set; }

    public required string AuthorId { get; set; }
    public required string Author { get; set; }
    public required string Note { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>VettingSettings as JSON.</summary>
    public required string Settings { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SettingsVersionTable>
    {
        public void Configure(EntityTypeBuilder<SettingsVersionTable> builder)
        {
            builder.ToTable("SettingsVersions");
            builder.HasKey(s => s.Number);
            builder.Property(s => s.Number).ValueGeneratedNever();
        }
    }
}
