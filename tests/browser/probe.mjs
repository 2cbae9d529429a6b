import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'),'utf8');
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu']});
for (const js of [true,false]) {
 const c = await b.newContext({javaScriptEnabled:js, viewport:{width:390,height:844}, isMobile:true, hasTouch:true, colorScheme:'dark'});
 const p = await c.newPage();
 p.on('console',m=>console.log('console',m.type(),m.text()));
 await p.goto(process.argv[2]);
 console.log('eval', await p.evaluate(()=>innerWidth));
 console.log('timer', await Promise.race([p.evaluate(()=>new Promise(r=>setTimeout(()=>r('ok'),10))), new Promise(r=>setTimeout(()=>r('never'),1500))]));
 const s = await c.newCDPSession(p);
 await s.send('Emulation.setScriptExecutionDisabled',{value:false});
 let t=Date.now();
 await p.evaluate(axe);
 const r = await p.evaluate(()=>window.axe.run(document,{resultTypes:['violations'],runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa']}).then(r=>({v:r.violations.length,i:r.incomplete.length,p:r.passes.length})));
 console.log(js,r,Date.now()-t);
}
await b.close();
