/** A company of its own by the operator's command line, for what needs many rows or breaks what others need. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { User } from "../fixtures";

const ROOT = resolve(import.meta.dirname, "../../..");
const PASSWORD = "long enough for a test";
const MAKERS = ["晨光", "得力", "重庆", "银行", "上海", "苏泊尔", "长城", "红星", "立白", "双鹿"];
const KINDS = ["不锈钢水杯", "中性笔", "笔记本", "文件夹", "卡套", "订书机", "计算器", "保温壶", "剪刀", "胶带"];
const LOOKS = ["红色", "蓝色", "大号", "小号", "加厚", "便携", "办公", "儿童", "礼盒装", "经典"];

export type Company = { slug: string; user: (role: string) => User };

export async function makeCompany(data: string, roles: readonly string[]): Promise<Company> {
  const slug = `e2e-${randomBytes(4).toString("hex")}`;
  const user = (role: string) => ({ email: `${role}@${slug}.example`, password: PASSWORD, role });
  await huotong(data, ["tenants", "create", slug, slug]);
  for (const role of roles) {
    const { email, password } = user(role);
    await huotong(
      data,
      ["users", "create", email, "--name", role, "--company", slug, "--role", role, "--password-stdin"],
      `${password}\n`,
    );
  }
  return { slug, user };
}

/** `count` products, each with a barcode, by the file that a shop would bring. `unit` has to be there. */
export async function importProducts(data: string, company: Company, count: number, unit: string): Promise<void> {
  const file = join(tmpdir(), `${company.slug}.csv`);
  const rows = Array.from({ length: count }, (_, n) => {
    const name = `${pick(MAKERS, n)}${pick(KINDS, n / 10)}${pick(LOOKS, n / 100)} ${n}`;
    return `SKU-${String(n).padStart(6, "0")},${name},${(n % 97) + 10}ml,${unit},${(n % 900) + 1}.50,690${String(n).padStart(10, "0")}`;
  });
  writeFileSync(file, `sku,name,spec,unit,price,barcode\n${rows.join("\n")}\n`);
  try {
    await huotong(data, ["import", "products", file, "--company", company.slug]);
  } finally {
    rmSync(file);
  }
}

const pick = (words: readonly string[], n: number) => words[Math.floor(n) % words.length];

export function huotong(data: string, words: readonly string[], input = ""): Promise<string> {
  return new Promise((next, fail) => {
    const child = execFile(
      join(ROOT, ".venv/bin/huotong"),
      words,
      { cwd: ROOT, env: { ...process.env, HUOTONG_DATA: data }, maxBuffer: 16_000_000 },
      (error, out, said) => (error ? fail(new Error(`huotong ${words.join(" ")}: ${out}${said}`)) : next(out)),
    );
    child.stdin?.end(input);
  });
}
