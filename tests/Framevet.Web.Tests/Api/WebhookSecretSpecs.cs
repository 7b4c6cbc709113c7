using System.Text;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Secrets of webhooks on the whole server: sealed with its keys in the database, readable for signing.</summary>
public sealed class WebhookSecretSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_secret_is_in_no_file_of_the_data_folder_and_signs_all_the_same()
    {
        using var admin = await app.SignInAsync("secret-admin", [Roles.Admin], Ct);

        var made = await admin.PostJsonAsync<WebhookBody>("/api/v1/webhooks", new WebhookRequest("Ops", new Uri("https://hooks.example.com/x"), [WebhookKinds.SlaWarning]), Ct);

        foreach (var file in Directory.GetFiles(app.Folder, "framevet.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await open.CopyToAsync(bytes, Ct);
            Encoding.Latin1.GetString(bytes.ToArray()).ShouldNotContain(made.Secret!, customMessage: Path.GetFileName(file));
        }

        (await app.Services.GetRequiredService<IWebhookStore>().TargetsAsync(Ct)).Single(t => t.Id == made.Id).Secret.ShouldBe(made.Secret);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_an_earlier_version_stored_is_sealed_by_the_server()
    {
        using var admin = await app.SignInAsync("secret-old", [Roles.Admin], Ct);
        var made = await admin.PostJsonAsync<WebhookBody>("/api/v1/webhooks", new WebhookRequest("Old", new Uri("https://hooks.example.com/y"), [WebhookKinds.Verdict]), Ct);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(app.Folder, "framevet.db")}"))
        {
            await connection.OpenAsync(Ct);
            await using var plain = connection.CreateCommand();
            plain.CommandText = """UPDATE "WebhookTargets" SET "Secret" = 'whsec_plain' WHERE "Name" = 'Old'""";
            (await plain.ExecuteNonQueryAsync(Ct)).ShouldBe(1);
        }

        var store = app.Services.GetRequiredService<IWebhookStore>();
        (await store.SealSecretsAsync(Ct)).ShouldBe(1);

        (await store.TargetsAsync(Ct)).Single(t => t.Id == made.Id).Secret.ShouldBe("whsec_plain");
        (await store.SealSecretsAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public void A_seal_opens_for_its_owner_and_with_its_keys_alone()
    {
        var seal = new KeySeal(new EphemeralDataProtectionProvider());
        var text = seal.Seal("one", "whsec_x");

        text.ShouldNotContain("whsec_x");
        seal.Open("one", text).ShouldBe("whsec_x");
        seal.Open("two", text).ShouldBeNull();
        new KeySeal(new EphemeralDataProtectionProvider()).Open("one", text).ShouldBeNull();
        seal.Open("one", "no seal at all").ShouldBeNull();
    }
}
