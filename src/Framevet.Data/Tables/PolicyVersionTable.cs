using Framevet.Pipeline.Moderation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>One saved version of the moderation policy; versions are never changed or removed.</summary>
internal sealed class PolicyVersionTable
{
    /// <summary>From 1, without gaps; 0 is built in and not stored.</summary>
    public required int Number { get; set; }

    public required string AuthorId { get; set; }
    public required string Author { get; set; }
    public required string Note { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>PolicyDocument as JSON.</summary>
    public required string Document { get; set; }

    public PolicyVersion ToVersion() => new(Number, RowJson.Read<PolicyDocument>(Document), Author, Note, At);

    internal sealed class Configuration : IEntityTypeConfiguration<PolicyVersionTable>
    {
        public void Configure(EntityTypeBuilder<PolicyVersionTable> builder)
        {
            builder.ToTable("PolicyVersions");
            builder.HasKey(s => s.Number);
            builder.Property(s => s.Number).ValueGeneratedNever();
        }
    }
}
