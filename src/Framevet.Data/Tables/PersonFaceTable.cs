using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Whose face it is: the place of a face in a frame's list, and the number of the person.</summary>
internal sealed class PersonFaceTable
{
    public required RunId RunId { get; set; }
    public required long Pts { get; set; }
    public required int Face { get; set; }
    public required int Person { get; set; }

    /// <summary>How well it shows, 0..1.</summary>
    public required double Quality { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PersonFaceTable>
    {
        public void Configure(EntityTypeBuilder<PersonFaceTable> builder)
        {
            builder.ToTable("PersonFaces");
            builder.HasKey(f => new { f.RunId, f.Pts, f.Face });
            builder.HasOne<FrameTable>().WithMany().HasForeignKey(f => new { f.RunId, f.Pts }).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<PersonTable>().WithMany().HasForeignKey(f => new { f.RunId, f.Person }).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(f => new { f.RunId, f.Person, f.Pts });
        }
    }
}
