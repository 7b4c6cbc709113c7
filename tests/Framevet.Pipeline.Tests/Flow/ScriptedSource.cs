using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>A film of patterned frames, 10 a second, that can be interrupted at any batch. Reads on from a stamp as the contract demands.</summary>
internal sealed class ScriptedSource(FramePool pool, int frames) : IFrameSource, IMediaProbe
{
    public static readonly TimeBase Unit = new(1, 1000);

    private static readonly FrameLayout Layout = new(32, 18);

    /// <summary>Frames in a batch.</summary>
    public int BatchSize { get; set; } = 3;

    /// <summary>Awaited before each batch, with its number from 0; may throw or wait.</summary>
    public Func<int, CancellationToken, Task>? BeforeBatch { get; set; }

    /// <summary>The request of the last reading.</summary>
    public DecodeRequest? Last { get; private set; }

    /// <summary>Readings so far.</summary>
    public int Readings { get; private set; }

    /// <summary>Which frames look like the one two before.</summary>
    public Func<int, bool> IsRepeat { get; set; } = i => i % 6 == 4;

    public Task<MediaInfo> ProbeAsync(SourceFile file, CancellationToken ct) => Task.FromResult(new MediaInfo
    {
        File = file,
        Kind = MediaKind.Video,
        Container = "matroska,webm",
        StreamIndex = 0,
        Codec = "h264",
        CodedWidth = 320,
        CodedHeight = 180,
        Width = 320,
        Height = 180,
        TimeBase = Unit,
        Duration = TimeSpan.FromSeconds(frames / 10.0),
    });

    public async IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        (Last, Readings) = (request, Readings + 1);
        var first = request.ResumeAt?.Index ?? 0;
        for (var number = 0; first < frames; number++)
        {
            if (BeforeBatch is { } wait)
            {
                await wait(number, ct);
            }

            ct.ThrowIfCancellationRequested();
            var batch = pool.Rent(Layout, BatchSize);
            for (; first < frames && !batch.IsFull; first++)
            {
                if (IsPlanned(request.Plan, first))
                {
                    Paint(batch.Add(first, new Pts(first * 100, Unit)).Span, IsRepeat(first) ? first - 2 : first);
                }
            }

            progress.Report(new DecodeProgress(first - (request.ResumeAt?.Index ?? 0), 0, new Pts((first - 1) * 100, Unit), null));
            yield return batch;
        }
    }

    private static bool IsPlanned(DecodePlan plan, int frame) => plan switch
    {
        DecodePlan.Interval grid => frame == 0 || (long)(frame * 100 / grid.Step.TotalMilliseconds) != (long)((frame - 1) * 100 / grid.Step.TotalMilliseconds),
        DecodePlan.EveryFrame => true,
        _ => throw new NotSupportedException("The film has no keyframes."),
    };

    private static void Paint(Span<byte> pixels, int look)
    {
        var random = new Random(look);
        var luma = pixels[..Layout.LumaBytes];
        var (light, cell) = (random.Next(40, 220), random.Next(2, 9));
        for (var i = 0; i < luma.Length; i++)
        {
            var isOn = ((i % Layout.Width / cell) + (i / Layout.Width / cell)) % 2 == 0;
            luma[i] = (byte)Math.Clamp((isOn ? light : light / 3) + random.Next(-8, 9), 0, 255);
        }

        pixels[Layout.LumaBytes..].Fill(128);
    }
}
