using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A scene of a run; stamps are in the run's time base.</summary>
internal sealed class SceneTable
{
    public required RunId RunId { get; set; }
    public required int Number { get; set; }
    public required int FirstIndex { get; set; }
    public required long FirstPts { get; set; }
    public required int LastIndex { get; set; }
    public required long LastPts { get; set; }
    public required int TimeBaseNum { get; set; }
    public required int TimeBaseDen { get; set; }

    public static SceneTable From(RunId run, Scene scene) => new()
    {
        RunId = run,
        Number = scene.Number,
        FirstIndex = scene.First.Index,
        FirstPts = scene.First.Pts.Value,
        LastIndex = scene.Last.Index,
        LastPts = scene.Last.Pts.Value,
        TimeBaseNum = scene.First.Pts.TimeBase.Num,
        TimeBaseDen = scene.First.Pts.TimeBase.Den,
    };

    public Scene ToScene()
    {
        var unit = new TimeBase(TimeBaseNum, TimeBaseDen);
        return new Scene(Number, new FrameStamp(FirstIndex, new Pts(FirstPts, unit)), new FrameStamp(LastIndex, new Pts(LastPts, unit)));
    }

    internal sealed class Configuration : IEntityTypeConfiguration<SceneTable>
    {
        public void Configure(EntityTypeBuilder<SceneTable> builder)
        {
            builder.ToTable("Scenes");
            builder.HasKey(s => new { s.RunId, s.Number });
            builder.HasOne<RunTable>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
