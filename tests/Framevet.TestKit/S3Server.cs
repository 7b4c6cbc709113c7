using System.Diagnostics;
using Framevet.Pipeline.Storage;

namespace Framevet.TestKit;

/// <summary>s3rver, a server that speaks the protocol of S3, in a process of its own on loopback, with one bucket in a temporary folder. Ends when it is disposed.</summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>The bucket that is there.</summary>
    public const string Bucket = "framevet";

    // Its id and secret are fixed in the program.
    private const string Key = "S3RVER";

    // It answers a little before what it was sent is in its file, so that whoever asks at once may get less: here it answers when it has it.
    private const string Script = """
        const S3rver = require("s3rver");
        const fs = require("fs");
        const path = require("path");
        const Store = require("s3rver/lib/stores/filesystem");
        const { putObject, putPart } = Store.prototype;
        const written = async (file, told) => {
          while ((await fs.promises.stat(file)).size < told.size) {
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
          return told;
        };
        Store.prototype.putObject = async function (object) {
          return written(this.getResourcePath(object.bucket, object.key, "object"), await putObject.call(this, object));
        };
        Store.prototype.putPart = async function (bucket, upload, number, content) {
          return written(path.join(this.getResourcePath(bucket, undefined, "uploads"), upload, number.toString()), await putPart.call(this, bucket, upload, number, content));
        };
        const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory: process.argv[1], configureBuckets: [{ name: process.argv[2] }] });
        server.run().then(({ port }) => console.log(port));
        process.stdin.on("end", () => process.exit(0)).resume();
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private S3Server(Process process, int port, TemporaryFolder folder) => (_process, Port, _folder) = (process, port, folder);

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<S3Server> StartAsync(CancellationToken ct)
    {
        var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        foreach (var word in new[] { "--no-deprecation", "-e", Script, folder.Path, Bucket })
        {
            start.ArgumentList.Add(word);
        }

        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(ct);
        return int.TryParse(line, out var port)
            ? new S3Server(process, port, folder)
            : throw new InvalidOperationException($"s3rver did not start: {await process.StandardError.ReadToEndAsync(ct)}");
    }

    /// <summary>Options that lead there, or to a wire before it.</summary>
    public S3Options Options(int? port = null) => new() { Bucket = Bucket, ServiceUrl = $"http://127.0.0.1:{port ?? Port}", AccessKey = Key, SecretKey = Key, PartMegabytes = 5, Prefix = "store/" };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
        _folder.Dispose();
    }
}
