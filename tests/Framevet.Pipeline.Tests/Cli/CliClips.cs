using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Cli;

/// <summary>Three clips of six seconds, made once: nothing to object, much skin colour, and a container whose pictures are gone.</summary>
public sealed class CliClips : IAsyncLifetime
{
    private readonly ClipFactory _factory = new();

    /// <summary>Gray test pattern.</summary>
    public string Clean { get; private set; } = "";

    /// <summary>The same with a large skin-coloured area.</summary>
    public string Skin { get; private set; } = "";

    /// <summary>Can be probed, but nothing in it can be decoded.</summary>
    public string Hollow { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        string[] coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
        Clean = await _factory.MakeAsync("clean.mp4", "testsrc2=s=320x180:r=10:d=6,hue=s=0", coding, ct);
        Skin = await _factory.MakeAsync("skin.mp4", "testsrc2=s=320x180:r=10:d=6,hue=s=0,drawbox=x=40:y=10:w=240:h=160:color=0xD89C7C:t=fill", coding, ct);

        var bytes = await File.ReadAllBytesAsync(Clean, ct);
        var start = bytes.AsSpan().IndexOf("mdat"u8);
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(start - 4));
        bytes.AsSpan(start + 4, length - 8).Clear();
        Hollow = _factory.Write("hollow.mp4", bytes);
    }

    public ValueTask DisposeAsync()
    {
        _factory.Dispose();
        return ValueTask.CompletedTask;
    }
}
